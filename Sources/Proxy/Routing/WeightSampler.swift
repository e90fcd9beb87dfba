import Randomness

/// Chooses an exact share of requests, at positions nobody can predict.
///
/// Requests are taken in blocks of 100 / gcd(100, share), and of each block exactly its part is chosen.
/// Small numbers of requests so get their share (10 % of 20 is 2), and a client that repeats a fixed
/// sequence of requests still has all of them sampled in time.
struct WeightSampler {
    private(set) var share: Int
    private var random: SplitMix64
    private var blockLeft = 0
    private var chosenLeft = 0

    init(share: Int, random: SplitMix64) {
        self.share = min(max(share, 0), 100)
        self.random = random
    }

    /// Keeps the position in the present block when the share stays the same.
    mutating func change(to share: Int) {
        let share = min(max(share, 0), 100)
        guard share != self.share else { return }
        self.share = share
        blockLeft = 0
    }

    mutating func choose() -> Bool {
        if share == 0 { return false }
        if share == 100 { return true }
        if blockLeft == 0 {
            let divisor = Self.greatestCommonDivisor(share, 100)
            blockLeft = 100 / divisor
            chosenLeft = share / divisor
        }
        let isChosen = Int(random.next(upperBound: UInt64(blockLeft))) < chosenLeft
        blockLeft -= 1
        if isChosen { chosenLeft -= 1 }
        return isChosen
    }

    private static func greatestCommonDivisor(_ one: Int, _ other: Int) -> Int {
        other == 0 ? one : greatestCommonDivisor(other, one % other)
    }
}
