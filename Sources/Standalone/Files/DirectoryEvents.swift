import Dispatch
import Glibc

/// Tells, by inotify, that something happened to one of some file names in some directories.
final class DirectoryEvents {
    private static let interest =
        IN_CLOSE_WRITE | IN_MODIFY | IN_ATTRIB | IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_MOVED_FROM
        | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR

    private let source: any DispatchSourceRead

    /// Begins to watch; `nil` where inotify is not to be had or a directory cannot be watched.
    ///
    /// - Parameter onEvent: Called on a queue of its own, as often as something happens.
    init?(directories: Set<String>, names: Set<String>, onEvent: @escaping @Sendable () -> Void) {
        let descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        guard descriptor >= 0 else { return nil }
        for directory in directories
        where inotify_add_watch(descriptor, directory, UInt32(Self.interest)) < 0 {
            close(descriptor)
            return nil
        }
        source = DispatchSource.makeReadSource(
            fileDescriptor: descriptor, queue: DispatchQueue(label: "directory-events"))
        source.setEventHandler { if Self.drain(descriptor, names) { onEvent() } }
        source.setCancelHandler { close(descriptor) }
        source.resume()
    }

    func stop() { source.cancel() }

    /// Reads all waiting events; says whether one of them concerns a name, or a directory itself.
    private static func drain(_ descriptor: Int32, _ names: Set<String>) -> Bool {
        let header = MemoryLayout<inotify_event>.size
        var buffer = [UInt8](repeating: 0, count: 16_384)
        var concerns = false
        while case let count = read(descriptor, &buffer, buffer.count), count >= header {
            var offset = 0
            while offset + header <= count {
                let event = buffer.withUnsafeBytes {
                    $0.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
                }
                let name = buffer[(offset + header)..<min(offset + header + Int(event.len), count)]
                let text = String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
                // Without a name: the directory went away, or events were lost.
                concerns = concerns || text.isEmpty || names.contains(text)
                offset += header + Int(event.len)
            }
        }
        return concerns
    }
}
