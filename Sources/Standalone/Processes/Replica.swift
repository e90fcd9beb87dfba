import Timing

/// One place of a replica set: it keeps one process running, starting it again after a crash.
struct Replica {
    let template: ProcessTemplate
    let revision: String
    var process: ReplicaProcess?
    var isReady = false
    /// Its endpoint is withdrawn, and its process about to end.
    var isRetiring = false
    /// Whether any of its processes was ever ready.
    var hasBeenReady = false
    /// Whether traffic was ever sent to the process that runs now.
    var hasServed = false
    var backOff = CrashBackOff()
    /// Runs since the process became ready.
    var readyTime: Stopwatch?
    /// Why the last process ended or could not start; kept until a later one is ready.
    var failure: String?
    var probeFailure: String?
    /// Opens when the replica is gone for good.
    let gone = Latch()

    init(_ template: ProcessTemplate, revision: String) {
        self.template = template
        self.revision = revision
    }

    /// Where the running process serves, ready or not.
    var endpoint: ReplicaEndpoint? {
        process.map { ReplicaEndpoint(id: $0.id, port: $0.port, revision: revision) }
    }
}
