import Foundation

/// A file of a manifest, read whole within bounds.
public enum ManifestFile {
    /// The text of a file; `-` is the standard input.
    ///
    /// - Throws: `ManifestFileError`.
    public static func text(of path: String) throws(ManifestFileError) -> String {
        let bytes = try path == "-" ? read(.standardInput) : read(path: path)
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .notText }
        return text
    }

    private static func read(path: String) throws(ManifestFileError) -> Data {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw .open("no such file")
        }
        if isDirectory.boolValue { throw .isDirectory }
        let handle: FileHandle
        do {
            handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        } catch {
            throw .open(error.localizedDescription)
        }
        defer { try? handle.close() }
        return try read(handle)
    }

    private static func read(_ handle: FileHandle) throws(ManifestFileError) -> Data {
        var bytes = Data()
        do {
            while let chunk = try handle.read(upToCount: 1 << 16), !chunk.isEmpty {
                bytes += chunk
                if bytes.count > TextGuard.maximumBytes { break }
            }
        } catch {
            throw .read(error.localizedDescription)
        }
        if bytes.count > TextGuard.maximumBytes { throw .tooLarge }
        return bytes
    }
}
