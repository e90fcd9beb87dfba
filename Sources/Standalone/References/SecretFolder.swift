import Delivery
import FlaggerAPI
import Foundation
import Glibc

/// `--secrets-dir`: one folder a secret, `NAMESPACE/NAME`, with one file a key, as Kubernetes mounts secrets.
struct SecretFolder: Sendable {
    /// The longest value, in bytes.
    static let longestValue = 64 * 1024
    /// The most keys of one secret.
    static let mostKeys = 100

    let path: String

    /// Takes a folder.
    ///
    /// - Throws: `StandaloneError.secretsDirectory` when it can't be read.
    init(_ path: String) throws {
        let absolute = URL(fileURLWithPath: path).standardizedFileURL.path
        do { _ = try FileManager.default.contentsOfDirectory(atPath: absolute) } catch {
            throw StandaloneError.secretsDirectory(path: absolute, cause: error.localizedDescription)
        }
        self.path = absolute
    }

    /// A secret as its files are now; nil when it has no folder.
    ///
    /// - Throws: `StandaloneError.secret` when a file can't be read, is no text, too long or no regular file.
    func secret(_ name: NamespacedName) throws -> Credentials? {
        // Names from resources have passed validation, but this is the place where a bad one would do harm.
        for part in [name.namespace, name.name] where part.contains("/") || part.hasPrefix(".") {
            throw StandaloneError.secret("\(name)", cause: "is no name of a secret")
        }
        let folder = "\(path)/\(name.namespace)/\(name.name)"
        guard let entries = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return nil }
        let keys = entries.filter { !$0.hasPrefix(".") }.sorted()
        guard keys.count <= Self.mostKeys else {
            throw StandaloneError.secret("\(name)", cause: "\(folder) has more than \(Self.mostKeys) files")
        }
        var values: [String: String] = [:]
        for key in keys { values[key] = try Self.value(in: "\(folder)/\(key)", of: name) }
        return Credentials(values)
    }

    private static func value(in file: String, of name: NamespacedName) throws -> String {
        func failure(_ cause: String) -> StandaloneError { .secret("\(name)", cause: "\(file) \(cause)") }
        // Without waiting for a writer, should it be a pipe.
        let descriptor = open(file, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("can't be read: \(String(cString: strerror(errno)))") }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw failure("is no regular file")
        }
        let data: Data
        do { data = try handle.read(upToCount: longestValue + 1) ?? Data() } catch {
            throw failure("can't be read: \(error.localizedDescription)")
        }
        guard data.count <= longestValue else { throw failure("is longer than \(longestValue) bytes") }
        guard let text = String(validating: data, as: UTF8.self) else { throw failure("is no text in UTF-8") }
        return text
    }
}
