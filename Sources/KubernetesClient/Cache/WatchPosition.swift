import Synchronization

/// How far a watch has come.
final class WatchPosition: Sendable {
    private let state: Mutex<String>

    init(_ version: String) { state = Mutex(version) }

    var version: String { state.withLock { $0 } }

    func move(to event: WatchEvent) {
        let version: String? =
            switch event {
            case .added(let object), .modified(let object), .deleted(let object): object.resourceVersion
            case .bookmark(let version): version
            }
        if let version { state.withLock { $0 = version } }
    }
}
