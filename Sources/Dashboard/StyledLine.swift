/// One line of a frame: pieces of text, each with a style.
struct StyledLine: Sendable, Equatable {
    private struct Piece: Sendable, Equatable {
        var text: String
        var style: Style
    }

    private var pieces: [Piece] = []

    /// Cells the line takes.
    private(set) var width = 0

    init() {}

    init(_ text: String, _ style: Style = .plain) {
        append(text, style)
    }

    /// The text without styles.
    var text: String { pieces.map(\.text).joined() }

    /// Adds text, which is made safe for a terminal here, once for all.
    mutating func append(_ text: String, _ style: Style = .plain) {
        let leading = text.prefix { $0 == " " }
        let trailing = text.dropFirst(leading.count).reversed().prefix { $0 == " " }
        let safe = String(leading) + text.safeLine() + String(trailing)
        guard !safe.isEmpty else { return }
        pieces.append(Piece(text: safe, style: style))
        width += safe.displayWidth
    }

    /// Adds text in a column of its own, cut or filled to that many cells.
    mutating func append(_ text: String, column: Int, _ style: Style = .plain) {
        let cell = text.safeLine().padded(to: column)
        pieces.append(Piece(text: cell, style: style))
        width += column
    }

    /// The line cut to a width.
    func fitted(to limit: Int) -> StyledLine {
        guard width > limit else { return self }
        var result = StyledLine()
        for piece in pieces {
            let room = limit - result.width
            guard room > 0 else { break }
            let text = piece.text.displayWidth > room ? piece.text.fitted(to: room) : piece.text
            result.pieces.append(Piece(text: text, style: piece.style))
            result.width += text.displayWidth
        }
        return result
    }

    /// The bytes for a terminal.
    func encoded(colours: Bool) -> String {
        pieces.map { piece in
            guard colours, let code = piece.style.code else { return piece.text }
            return "\u{1B}[\(code)m\(piece.text)\u{1B}[0m"
        }.joined()
    }
}
