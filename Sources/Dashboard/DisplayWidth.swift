extension Character {
    /// Cells a terminal gives the character: 0, 1 or 2.
    var displayWidth: Int {
        guard let first = unicodeScalars.first else { return 0 }
        // A variation selector asks for the emoji form, which is wide.
        if unicodeScalars.contains("\u{FE0F}") { return 2 }
        return first.displayWidth
    }
}

extension String {
    /// Cells a terminal gives the text.
    var displayWidth: Int { reduce(0) { $0 + $1.displayWidth } }

    /// The longest start of the text that fits, with `…` in its last cell when something was cut.
    func fitted(to width: Int) -> String {
        guard displayWidth > width else { return self }
        guard width > 0 else { return "" }
        var used = 0
        var result = ""
        for character in self {
            guard used + character.displayWidth <= width - 1 else { break }
            used += character.displayWidth
            result.append(character)
        }
        return result + "…"
    }

    /// The text cut or filled with spaces to take exactly that many cells.
    func padded(to width: Int) -> String {
        let text = fitted(to: width)
        return text + String(repeating: " ", count: max(0, width - text.displayWidth))
    }
}

extension Unicode.Scalar {
    /// The blocks of East Asian scripts whose characters take two cells.
    private static let wideBlocks: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
        0xA000...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
        0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x17000...0x18CFF, 0x1B000...0x1B2FF, 0x1F200...0x1F2FF,
        0x20000...0x3FFFD,
    ]

    fileprivate var displayWidth: Int {
        if value < 0x300 { return 1 }
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        if properties.isEmojiPresentation { return 2 }
        return Self.wideBlocks.contains { $0.contains(value) } ? 2 : 1
    }
}
