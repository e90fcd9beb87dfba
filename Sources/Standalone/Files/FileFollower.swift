import ServiceLifecycle
import Synchronization

/// Takes the files given to `aviary run` whenever they change: saving one is a deployment.
///
/// A file with errors changes nothing and says why. What fails for another reason than the file (a full disk, a port
/// that is taken) is tried again until it succeeds or the file changes.
struct FileFollower: Sendable {
    /// The pause between two tries.
    static let retryPause = Duration.seconds(2)

    let manifests: ManifestFiles
    let daemon: Daemon
    let trouble: Trouble
    let onTrouble: @Sendable (String) async -> Void

    /// Why the files are not in force; nil when they are.
    final class Trouble: Sendable {
        private let state = Mutex<(text: String, mayPass: Bool)?>(nil)

        var text: String? { state.withLock { $0?.text } }
        var mayPass: Bool { state.withLock { $0?.mayPass ?? false } }

        /// Takes what the last try said.
        ///
        /// - Returns: whether it is another trouble than before.
        fileprivate func become(_ next: (text: String, mayPass: Bool)?) -> Bool {
            state.withLock { state in
                defer { state = next }
                return state?.text != next?.text
            }
        }
    }

    /// Follows the files until the service group shuts down.
    func run() async {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { await retry() }
                await follow()
                group.cancelAll()
            }
        }
    }

    private func follow() async {
        while !Task.isCancelled {
            let paths = await manifests.paths(trackedBy: daemon)
            let watcher = TargetFileWatcher(paths: paths)
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await watcher.run() }
                // The watcher compares with how the files were when it was made: what changed before that
                // would go unseen.
                await reload(isRepeated: false)
                guard await manifests.paths(trackedBy: daemon) == paths else { return group.cancelAll() }
                for await _ in watcher.changes {
                    await reload(isRepeated: false)
                    if await manifests.paths(trackedBy: daemon) != paths { break }
                }
                group.cancelAll()
            }
        }
    }

    private func retry() async {
        while (try? await Task.sleep(for: Self.retryPause)) != nil {
            if trouble.mayPass { await reload(isRepeated: true) }
        }
    }

    /// Told once while it is the same, and again when the file was saved again.
    private func reload(isRepeated: Bool) async {
        do {
            try await daemon.load(try await manifests.drafts())
            _ = trouble.become(nil)
        } catch is CancellationError {
        } catch {
            var mayPass = true
            if case .manifest = error as? StandaloneError { mayPass = false }
            let isNew = trouble.become(("\(error)", mayPass))
            if isNew || !isRepeated { await onTrouble("\(error)") }
        }
    }
}
