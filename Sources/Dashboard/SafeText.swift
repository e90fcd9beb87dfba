extension StringProtocol {
    /// The text on one line without anything a terminal would act on.
    ///
    /// White space runs become one space; other control characters become their pictures (`␛` for
    /// escape); characters that reorder text or hide become `\u{FFFD}`. Reading stops after `limit`
    /// characters, so that a huge body costs no more than a screen of it.
    func safeLine(limit: Int = 1000) -> String {
        var result = String.UnicodeScalarView()
        var lastWasSpace = true
        for scalar in unicodeScalars.prefix(limit) {
            let isSpace = scalar.properties.isWhitespace
            defer { lastWasSpace = isSpace }
            if isSpace {
                if !lastWasSpace { result.append(" ") }
            } else {
                result.append(scalar.isSafe ? scalar : scalar.picture)
            }
        }
        if result.last == " " { result.removeLast() }
        return String(result)
    }
}

extension Unicode.Scalar {
    fileprivate var isSafe: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: false
        default: true
        }
    }

    /// Unicode has a picture for each of the first 32 control characters and for delete.
    fileprivate var picture: Unicode.Scalar {
        switch value {
        case ..<0x20: Unicode.Scalar(0x2400 + value) ?? "\u{FFFD}"
        case 0x7f: "\u{2421}"
        default: "\u{FFFD}"
        }
    }
}
