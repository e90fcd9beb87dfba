public import Randomness

extension SplitMix64 {
    /// Whether an event of this probability, 0 to 1, happens.
    public mutating func chance(_ probability: Double) -> Bool {
        probability > 0 && Double(next() >> 11) / Double(1 << 53) < probability
    }

    /// A number of a range.
    public mutating func pick(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(next() % UInt64(range.count))
    }

    /// One of a list that is not empty.
    public mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[pick(0...(choices.count - 1))]
    }
}
