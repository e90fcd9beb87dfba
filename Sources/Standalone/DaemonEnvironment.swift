import Delivery
import FlaggerAPI
import Foundation
import Logging
import NIOPosix
import Rollout

/// What all canaries of a daemon share.
struct DaemonEnvironment: Sendable {
    let database: StateDatabase
    let history: History
    let names: NameTable
    let caller: any HookCaller
    /// Asks metrics servers and sends alerts.
    let client: any ServerClient
    /// What canaries refer to by name.
    let resources: any ReferencedResources
    /// What manifests are checked by.
    let validation: ValidationOptions
    let group: MultiThreadedEventLoopGroup
    let snapshots: ConfigurationSnapshot
    let registry: any ProcessRegistry
    let survivors: [ReplicaRecord]
    let owner: String
    let logFolder: String
    /// Where commands find this very program first.
    let programFolder: String
    /// Where the service ports are opened.
    let bindAddress: String
    /// Withdraws the approvals of a canary that is gone.
    let closeGates: @Sendable (CanaryKey) async throws -> Void
    let logger: Logger
    let now: @Sendable () -> Timestamp

    /// The PATH of this process, with a folder before it.
    static func path(startingWith folder: String) -> String {
        "\(folder):\(ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin")"
    }

    /// What replicas inherit.
    var replicaEnvironment: [String: String] {
        ProcessInfo.processInfo.environment.merging(["PATH": Self.path(startingWith: programFolder)]) { $1 }
    }
}
