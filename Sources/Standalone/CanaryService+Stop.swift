import Synchronization

extension CanaryService {
    /// Finishes requests in flight, then ends the processes.
    func stop(within limit: Duration) async {
        await proxy.drain(within: isHurried.withLock { $0 } ? .zero : limit)
        await workload.stop(within: limit)
    }

    /// Cuts short what ``stop(within:)`` waits for, now or later.
    func hurry() async {
        isHurried.withLock { $0 = true }
        await sides.primary.hurry()
        await sides.canary.hurry()
        await proxy.drain(within: .zero)
    }
}
