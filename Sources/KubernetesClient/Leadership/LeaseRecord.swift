import Foundation
import JSON

/// The part of a Lease that leader election reads and writes.
struct LeaseRecord: Hashable, Sendable {
    static let type = ResourceType(
        group: "coordination.k8s.io", version: "v1", kind: "Lease", plural: "leases")

    var holder: String
    var duration: Duration
    var acquireTime: String
    var renewTime: String
    var transitions: Int64

    /// Reads a lease; what is missing counts as free.
    init(_ object: KubernetesObject) {
        let spec = object.json["spec"]
        holder = spec?["holderIdentity"]?.string ?? ""
        duration = .seconds(spec?["leaseDurationSeconds"]?.integer ?? 0)
        acquireTime = spec?["acquireTime"]?.string ?? ""
        renewTime = spec?["renewTime"]?.string ?? ""
        transitions = spec?["leaseTransitions"]?.integer ?? 0
    }

    /// A lease that is being taken.
    init(holder: String, duration: Duration, now: Date, transitions: Int64) {
        self.holder = holder
        self.duration = duration
        acquireTime = Timestamp.microseconds(now)
        renewTime = acquireTime
        self.transitions = transitions
    }

    /// Rounded up, since the server keeps whole seconds and the others may wait for longer, never for less.
    private var durationSeconds: Int64 {
        duration.components.seconds + (duration.components.attoseconds > 0 ? 1 : 0)
    }

    /// The lease object with this record; other fields stay as they are.
    func written(into object: KubernetesObject) -> KubernetesObject {
        var members = object.json.members ?? [:]
        var spec = members["spec"]?.members ?? [:]
        spec["holderIdentity"] = .string(holder)
        spec["leaseDurationSeconds"] = .integer(max(durationSeconds, 1))
        spec["acquireTime"] = .string(acquireTime)
        spec["renewTime"] = .string(renewTime)
        spec["leaseTransitions"] = .integer(transitions)
        members["spec"] = .object(spec)
        return KubernetesObject(json: .object(members))
    }
}
