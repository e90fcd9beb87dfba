import KubernetesTesting

/// A process that wants to lead, and what it did.
final class ContenderProcess: Sendable {
    /// One change that it made while it led.
    struct Act: Sendable, Comparable {
        let identity: String
        /// On the clock that all processes share.
        let nanoseconds: UInt64

        static func < (left: Act, right: Act) -> Bool { left.nanoseconds < right.nanoseconds }
    }

    let identity: String
    private let process: ProbeProcess

    init(_ identity: String, _ cluster: TestControlPlane, namespace: String, lease: Duration) throws {
        self.identity = identity
        process = try ProbeProcess(
            "LeaseContender",
            [cluster.kubeconfig, namespace, "leader", identity, "\(Int(lease / .milliseconds(1)))"])
    }

    /// Everything that it did so far.
    var acts: [Act] {
        process.lines.compactMap { line in
            let words = line.split(separator: " ")
            guard words.count == 3, words[0] == "act", let time = UInt64(words[2]) else { return nil }
            return Act(identity: String(words[1]), nanoseconds: time)
        }
    }

    var hasEnded: Bool { process.hasEnded }

    func send(_ signal: Int32) { process.send(signal) }
}
