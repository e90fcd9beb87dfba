/// How long to wait before a replica whose process ended is started again.
struct CrashBackOff: Equatable {
    static let first = Duration.seconds(1)
    static let longest = Duration.seconds(30)
    /// Being ready for this long makes the next crash the first one again.
    static let healthy = Duration.seconds(60)

    private(set) var restarts = 0
    private var next = first

    /// The wait after a crash of a process that had been ready for `ready`.
    mutating func delay(afterReadyFor ready: Duration) -> Duration {
        if ready >= Self.healthy { next = Self.first }
        defer { next = min(next * 2, Self.longest) }
        restarts += 1
        return next
    }
}
