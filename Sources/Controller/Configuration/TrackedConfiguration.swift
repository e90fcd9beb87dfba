import FlaggerAPI
import JSON
import KubernetesClient

/// The ConfigMaps and Secrets that make up a target's configuration, with a checksum each.
struct TrackedConfiguration: Sendable, Equatable {
    /// The annotation that keeps an object from being tracked, when its value starts with `disable`.
    static let annotationKey = "flagger.app/config-tracking"
    /// The types of Secrets that hold configuration; others are the cluster's own business (peer behaviour).
    static let secretTypes: Set<String> = [
        "Opaque", "kubernetes.io/basic-auth", "kubernetes.io/ssh-auth", "kubernetes.io/tls",
    ]

    /// Checksums by the name in `status.trackedConfigs`.
    private(set) var checksums: [String: String] = [:]
    /// What is tracked.
    private(set) var references: Set<ConfigurationReferences.Reference> = []
    /// What the target needs and is not there.
    private(set) var missing: [ConfigurationReferences.Reference] = []

    /// Nothing is tracked.
    static let none = TrackedConfiguration()

    /// A fingerprint of all of it; empty when nothing is tracked.
    var hash: String { Self.hash(of: checksums) }

    /// The fingerprint of checksums by name.
    static func hash(of checksums: [String: String]) -> String {
        guard !checksums.isEmpty else { return "" }
        let lines = checksums.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)\n" }
        return StableHash.of(bytes: lines.joined().utf8)
    }

    /// Looks up what a target reads.
    ///
    /// - Parameters:
    ///   - references: what the target reads.
    ///   - known: checksums that count for what is needed and missing now, so that an object that is being replaced is no
    ///     change. What is optional and missing is a change: the target runs without it.
    ///   - read: reads an object.
    static func resolve(
        _ references: ConfigurationReferences, known: [String: String],
        read: (ConfigurationReferences.Reference) async throws -> KubernetesObject?
    ) async throws -> TrackedConfiguration {
        var found = TrackedConfiguration()
        for reference in references.all {
            guard let object = try await read(reference) else {
                guard references.optional[reference] == false else { continue }
                found.missing.append(reference)
                if let checksum = known[reference.statusName] {
                    found.add(reference, checksum: checksum)
                }
                continue
            }
            guard isTracked(object, reference.kind) else { continue }
            found.add(
                reference,
                checksum: object.json[Projection.checksumKey]?.string
                    ?? ConfigurationChecksum.of(object.json))
        }
        return found
    }

    private mutating func add(_ reference: ConfigurationReferences.Reference, checksum: String) {
        checksums[reference.statusName] = checksum
        references.insert(reference)
    }

    private static func isTracked(_ object: KubernetesObject, _ kind: ConfigurationReferences.Kind) -> Bool {
        guard object.annotations[annotationKey]?.hasPrefix("disable") != true else { return false }
        return kind == .configMap || secretTypes.contains(object.json["type"]?.string ?? "Opaque")
    }
}
