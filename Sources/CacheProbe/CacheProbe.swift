import Foundation
import JSON
import KubernetesClient

/// A process that keeps a cache of ConfigMaps, for the tests of how much memory that takes.
///
/// Prints `COUNT LATEST PEAK-KIB RSS-KIB` after the first list and after each change; `LATEST` is the newest version.
@main
struct CacheProbe {
    struct Kept: Sendable {
        let name: String
        let version: UInt64
    }

    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3 else {
            print("usage: CacheProbe KUBECONFIG NAMESPACE")
            exit(2)
        }
        let client = try KubernetesClient(
            try ClusterConfiguration.load(kubeconfig: arguments[1], environment: [:]))
        let type = ResourceType(group: "", version: "v1", kind: "ConfigMap", plural: "configmaps")
        let cache = ResourceCache(CacheScope(type, in: arguments[2]), of: client) { object in
            Kept(name: object.name, version: object.resourceVersion.flatMap { UInt64($0) } ?? 0)
        }
        let running = Task { await cache.run() }
        try await cache.waitUntilSynced()
        for await _ in cache.changes() {
            let values = cache.values()
            print(values.count, values.map(\.version).max() ?? 0, memory("VmHWM"), memory("VmRSS"))
            fflush(nil)
        }
        await running.value
        await client.shutdown()
    }

    /// A line of `/proc/self/status`, in KiB.
    private static func memory(_ name: String) -> Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("\(name):") }
        return line?.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) } ?? 0
    }
}
