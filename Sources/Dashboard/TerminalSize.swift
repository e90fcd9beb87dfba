import Glibc

/// A terminal's size in cells.
public struct TerminalSize: Sendable, Equatable {
    /// Cells in a line.
    public var columns: Int
    /// Lines.
    public var rows: Int

    /// Gathers the fields.
    public init(columns: Int, rows: Int) {
        self.columns = columns
        self.rows = rows
    }

    /// The size of the terminal behind a file descriptor, 80 × 24 when it does not tell.
    public static func current(of descriptor: Int32) -> TerminalSize {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return TerminalSize(columns: 80, rows: 24)
        }
        return TerminalSize(columns: Int(size.ws_col), rows: Int(size.ws_row))
    }
}
