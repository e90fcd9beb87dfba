extension EventRecorder {
    /// How much is kept, and how often things are said again.
    public struct Limits: Sendable {
        /// Events that wait for delivery; more are dropped.
        public var queue = 1000
        /// Tries to deliver an event to a server that can't be reached.
        public var tries = 5
        /// Events whose repetitions are counted.
        public var series = 4096
        /// Time without repetition after which an event is new again.
        public var quiet: Duration = .seconds(360)
        /// The time between two updates of one event's count; the first repetition is told at once.
        public var updates: Duration = .seconds(30)
        /// The time that delivery of what is queued may take at shutdown.
        public var farewell: Duration = .seconds(3)

        /// The standard limits.
        public init() {}
    }
}
