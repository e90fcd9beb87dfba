/// Expands `$(NAME)` the way Kubernetes does: an unknown name stays as written and `$$` is one `$`.
struct ReferenceExpansion {
    let values: [String: String]

    func expand(_ text: String) -> String {
        var result = ""
        var rest = Substring(text)
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[dollar...]
            let (piece, length) = reference(at: rest)
            result += piece
            rest = rest.dropFirst(length)
        }
        return result + rest
    }

    /// What the `$` at the start of `text` stands for, and how many characters that uses up.
    private func reference(at text: Substring) -> (String, Int) {
        let afterDollar = text.dropFirst()
        if afterDollar.first == "$" { return ("$", 2) }
        guard afterDollar.first == "(", let end = afterDollar.firstIndex(of: ")") else { return ("$", 1) }
        let name = String(afterDollar.dropFirst()[..<end])
        let length = text.distance(from: text.startIndex, to: end) + 1
        return (values[name] ?? "$(\(name))", length)
    }
}
