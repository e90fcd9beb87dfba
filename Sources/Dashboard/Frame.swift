/// What the terminal shows at one moment.
public struct Frame: Sendable, Equatable {
    let lines: [StyledLine]
    /// Cells of the terminal's lines.
    let columns: Int

    /// The lines without colours.
    public var text: [String] { lines.map(\.text) }

    /// The bytes that replace whatever the terminal showed by this frame, without flicker.
    ///
    /// Nothing is cleared before it is overwritten, no line wraps, and terminals that know
    /// synchronised output show all of it at once. The last line has no line feed, which would scroll.
    func redrawing(colours: Bool) -> String {
        var bytes = "\u{1B}[?2026h\u{1B}[?7l\u{1B}[H"
        // After a full line the cursor is still on its last cell, which clearing to the end would erase.
        bytes += lines.map { line in
            line.encoded(colours: colours) + (line.width < columns ? "\u{1B}[K" : "")
        }.joined(separator: "\r\n")
        return bytes + "\u{1B}[J\u{1B}[?7h\u{1B}[?2026l"
    }
}
