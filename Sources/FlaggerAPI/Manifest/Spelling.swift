/// Finds what a misspelt name was probably meant to be.
enum Spelling {
    /// The candidate that differs least, if it differs by no more than a third of the name.
    static func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
        let lowercased = Array(name.lowercased().utf8.prefix(64))
        let limit = max(1, lowercased.count / 3)
        let ranked = candidates.map { ($0, distance(lowercased, Array($0.lowercased().utf8))) }
        return ranked.filter { $0.1 <= limit }.min { ($0.1, $0.0) < ($1.1, $1.0) }?.0
    }

    /// The number of bytes to insert, remove, replace or swap with their neighbour.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in 1...left.count {
            var current = [row]
            for column in 1...right.count {
                let substitution = last[column - 1] + (left[row - 1] == right[column - 1] ? 0 : 1)
                var best = min(last[column] + 1, current[column - 1] + 1, substitution)
                if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1]
                {
                    best = min(best, beforeLast[column - 2] + 1)
                }
                current.append(best)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }
}
