import Foundation

/// Reads the key files that payloads name.
public struct SecretFiles: Sendable {
    private static let sizeLimit = 64 * 1024

    private let directory: String?

    /// Reads key files anywhere; as the peer does.
    public static let anywhere = SecretFiles(directory: nil)

    private init(directory: String?) { self.directory = directory }

    /// Reads key files only below a directory.
    ///
    /// - Throws: ``LoadTesterError/secretsDirectoryUnusable(path:)`` when it is no directory.
    public init(below directory: String) throws {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory),
            isDirectory.boolValue
        else { throw LoadTesterError.secretsDirectoryUnusable(path: directory) }
        self.directory = directory
    }

    /// A key in a file, without the white space around it.
    ///
    /// A path that is not absolute is below the secrets directory.
    /// - Throws: ``LoadTesterError/taskRefused(reason:)``, which names `field`.
    func key(at path: String, field: String) throws -> String {
        let whole = path.hasPrefix("/") ? path : directory.map { "\($0)/\(path)" } ?? path
        let bytes: [UInt8]
        do {
            bytes = try BoundedFile.read(whole, limit: Self.sizeLimit, below: directory)
        } catch {
            throw LoadTesterError.taskRefused(reason: "\(field) \(path) cannot be read: \(error)")
        }
        let key = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard !key.isEmpty, key.unicodeScalars.allSatisfy({ $0.isASCII && $0.value >= 32 }) else {
            throw LoadTesterError.taskRefused(
                reason: "\(field) \(path) holds no key: it must be one line of text")
        }
        return key
    }
}
