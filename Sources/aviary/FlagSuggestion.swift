/// The flags that a mistyped one may have been meant for.
struct FlagSuggestion {
    /// At most three names, the nearest first.
    let names: [String]

    /// - Parameters:
    ///   - name: what was typed.
    ///   - known: the names there are.
    init(for name: String, among known: Set<String>) {
        let near = known.compactMap { other -> (name: String, distance: Int)? in
            // A letter with its value behind it, as other programs take it.
            if other.count == 1, name.hasPrefix(other) { return (other, 2) }
            if name.count > 1, other.hasPrefix(name) { return (other, 1) }
            let distance = Self.distance(Array(name.lowercased()), Array(other.lowercased()))
            return distance <= name.count / 3 ? (other, distance) : nil
        }
        names = near.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }.prefix(3).map(\.name)
    }

    /// How many letters have to be changed, added or left out.
    private static func distance(_ left: [Character], _ right: [Character]) -> Int {
        var row = Array(0...right.count)
        for (index, letter) in left.enumerated() {
            var next = [index + 1]
            for (column, other) in right.enumerated() {
                next.append(
                    min(row[column] + (letter == other ? 0 : 1), row[column + 1] + 1, next[column] + 1))
            }
            row = next
        }
        return row[right.count]
    }
}
