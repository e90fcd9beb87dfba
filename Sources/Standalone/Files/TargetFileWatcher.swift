import Foundation

/// Notices that files change: the YAML given to `aviary run` and tracked configuration files.
///
/// Writes are noticed by inotify at once, and otherwise (a file reached through a symbolic link, a
/// directory that was replaced, no inotify) by a look at the files every second. A change is told when
/// the files have been still for the debounce time, so that a save in several steps is told once.
public struct TargetFileWatcher: Sendable {
    /// The paths that changed, appeared or disappeared, as they were given. When the reader is slow,
    /// later changes join the ones not read yet. Ends when `run` does.
    public let changes: AsyncStream<Set<String>>

    private let continuation: AsyncStream<Set<String>>.Continuation
    private let paths: Set<String>
    private let initial: [String: FileFingerprint]
    private let debounce: Duration
    private let pollInterval: Duration
    private let usesEvents: Bool

    /// How often the files may be seen to change before a change is told although they go on changing.
    private static let longestUnrest = 10

    /// Creates a watcher that compares with how the files are now.
    ///
    /// - Parameters:
    ///   - debounce: Time without a change before one is told; 200 ms by default.
    ///   - pollInterval: Time between looks at the files besides events; 1 s by default.
    ///   - usesEvents: Whether to use inotify where there is one.
    public init(
        paths: Set<String>, debounce: Duration = .milliseconds(200),
        pollInterval: Duration = .seconds(1), usesEvents: Bool = true
    ) {
        self.paths = paths
        self.debounce = debounce
        self.pollInterval = pollInterval
        self.usesEvents = usesEvents
        initial = Self.fingerprints(paths)
        (changes, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1))
    }

    /// Watches until cancelled.
    public func run() async {
        let (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let events = usesEvents ? directoryEvents { signal.yield() } : nil
        defer {
            events?.stop()
            continuation.finish()
        }
        // What changed between `init` and now had nobody listening.
        signal.yield()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                while (try? await Task.sleep(for: pollInterval)) != nil { signal.yield() }
                signal.finish()
            }
            await tell(after: signals)
        }
    }

    private func tell(after signals: AsyncStream<Void>) async {
        var known = initial
        var untold: Set<String> = []
        for await _ in signals {
            guard let settled = await settle(from: known) else { continue }
            untold.formUnion(paths.filter { settled[$0] != known[$0] })
            known = settled
            guard !untold.isEmpty else { continue }
            if case .dropped = continuation.yield(untold) { continue }
            untold = []
        }
    }

    /// The files' state once it has been the same for the debounce time, or at once when it is as known;
    /// `nil` when cancelled.
    private func settle(from known: [String: FileFingerprint]) async -> [String: FileFingerprint]? {
        var seen = Self.fingerprints(paths)
        guard seen != known else { return known }
        for _ in 0..<Self.longestUnrest {
            guard (try? await Task.sleep(for: debounce)) != nil else { return nil }
            let latest = Self.fingerprints(paths)
            if latest == seen { break }
            seen = latest
        }
        return seen
    }

    private func directoryEvents(_ onEvent: @escaping @Sendable () -> Void) -> DirectoryEvents? {
        let files = paths.map { URL(fileURLWithPath: $0) }
        return DirectoryEvents(
            directories: Set(files.map { $0.deletingLastPathComponent().path }),
            names: Set(files.map(\.lastPathComponent)), onEvent: onEvent)
    }

    private static func fingerprints(_ paths: Set<String>) -> [String: FileFingerprint] {
        var result: [String: FileFingerprint] = [:]
        for path in paths { result[path] = FileFingerprint(path) }
        return result
    }
}
