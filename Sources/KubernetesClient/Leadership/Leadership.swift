import Synchronization

/// The right to act, for as long as the lease is renewed in time.
///
/// It is over by itself when the clock passes the deadline, even in a process that was stopped meanwhile: ask
/// ``isCurrent`` right before acting, or act through ``fenced(_:)``.
public final class Leadership: Sendable {
    private let deadline: Mutex<Duration>
    private let elapsed: @Sendable () -> Duration
    /// Between the end of leadership and the moment when another may take the lease.
    let grace: Duration

    /// - Parameters:
    ///   - elapsed: the time on a monotonic clock that also counts while the machine sleeps.
    ///   - deadline: when the leadership ends, on that clock.
    init(elapsed: @escaping @Sendable () -> Duration, deadline: Duration, grace: Duration) {
        self.elapsed = elapsed
        self.grace = grace
        self.deadline = Mutex(deadline)
    }

    /// Whether the lease is held now.
    public var isCurrent: Bool { remaining > .zero }

    /// How long the lease is held without another renewal; zero or less when it is lost.
    public var remaining: Duration { deadline.withLock { $0 } - elapsed() }

    /// An API that refuses every change once the lease is lost, with
    /// ``KubernetesError/leadershipLost(_:)``, and gives up changes that are not answered before another may lead.
    public func fenced(_ api: any KubernetesAPI) -> any KubernetesAPI {
        FencedAPI(api: api, leadership: self)
    }

    func extend(to deadline: Duration) { self.deadline.withLock { $0 = max($0, deadline) } }

    func end() { deadline.withLock { $0 = .zero } }
}
