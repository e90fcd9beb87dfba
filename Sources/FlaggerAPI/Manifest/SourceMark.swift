/// A place in a text; both counted from 1.
struct SourceMark: Equatable, Sendable {
    var line: Int
    var column: Int
}
