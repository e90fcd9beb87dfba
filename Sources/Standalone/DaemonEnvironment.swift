import Delivery
import Logging
import NIOPosix
import Rollout

/// What all canaries of a daemon share.
struct DaemonEnvironment: Sendable {
    let database: StateDatabase
    let history: History
    let names: NameTable
    let caller: any HookCaller
    let group: MultiThreadedEventLoopGroup
    let snapshots: ConfigurationSnapshot
    let registry: any ProcessRegistry
    let survivors: [ReplicaRecord]
    let owner: String
    let logFolder: String
    /// Where the service ports are opened.
    let bindAddress: String
    let logger: Logger
    let now: @Sendable () -> Timestamp
}
