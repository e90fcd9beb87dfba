/// Time since it was created, on an injected clock.
struct Stopwatch: Sendable {
    private let read: @Sendable () -> Duration

    init(_ clock: any Clock<Duration>) {
        func started<C: Clock>(on clock: C) -> @Sendable () -> Duration where C.Duration == Duration {
            let start = clock.now
            return { start.duration(to: clock.now) }
        }
        read = started(on: clock)
    }

    var elapsed: Duration { read() }
}
