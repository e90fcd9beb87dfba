import Delivery
import FlaggerAPI
import Synchronization

/// The secrets of this machine: below `--secrets-dir` or, where that has none of the name, the Secret documents of the
/// files given to `aviary run`. The latter are kept in memory and nowhere else.
final class SecretStore: Sendable {
    let folder: SecretFolder?
    private let documents = Mutex<[NamespacedName: Credentials]>([:])

    init(folder: SecretFolder?) { self.folder = folder }

    /// Takes the secrets that the files hold now.
    func follow(_ secrets: [SecretResource]) {
        let found = secrets.map { (NamespacedName($0.metadata), Credentials($0.values)) }
        documents.withLock { $0 = Dictionary(found) { first, _ in first } }
    }

    /// A secret's values; nil when there is none of that name.
    ///
    /// - Throws: `StandaloneError.secret` when its files can't be read.
    func secret(_ name: NamespacedName) throws -> Credentials? {
        try folder?.secret(name) ?? documents.withLock { $0[name] }
    }
}
