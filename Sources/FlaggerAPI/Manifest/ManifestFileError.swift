/// Why a file could not be read.
public enum ManifestFileError: Error, CustomStringConvertible, Sendable {
    /// Opening it failed; says why.
    case open(String)
    /// It is a directory.
    case isDirectory
    /// Reading it failed; says why.
    case read(String)
    /// It is larger than 10 MiB.
    case tooLarge
    /// It is not UTF-8.
    case notText

    /// What is wrong, in words for a user.
    public var description: String {
        switch self {
        case .open(let reason): "cannot be opened: \(reason)"
        case .isDirectory: "is a directory"
        case .read(let reason): "cannot be read: \(reason)"
        case .tooLarge: "is larger than \(TextGuard.maximumBytes / 1_048_576) MiB"
        case .notText: "is not UTF-8 text"
        }
    }

    /// What to do about it.
    public var fix: String {
        switch self {
        case .open: "check the name and the permissions"
        case .isDirectory: "name the files in it"
        case .read: "check the file"
        case .tooLarge: "split the file"
        case .notText: "save it as UTF-8"
        }
    }
}
