import Delivery
import FlaggerAPI
import Synchronization

/// The Secret documents of the files given to `aviary run`: kept in memory and nowhere else.
final class SecretDocuments: Sendable {
    private let values = Mutex<[NamespacedName: Credentials]>([:])

    /// Takes the secrets that the files hold now.
    func follow(_ secrets: [SecretResource]) {
        let found = secrets.map { (NamespacedName($0.metadata), Credentials($0.values)) }
        values.withLock { $0 = Dictionary(found) { first, _ in first } }
    }

    func secret(_ name: NamespacedName) -> Credentials? { values.withLock { $0[name] } }
}
