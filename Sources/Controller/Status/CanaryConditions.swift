import JSON
import Rollout

/// The conditions of a canary's status, as the peer words them, and our own.
enum CanaryConditions {
    /// What `kubectl wait --for=condition=promoted` looks at.
    static let promoted = "Promoted"
    /// What the CRD has no field for, as JSON in the message: so it is part of the same write as the rest.
    static let state = "AviaryState"
    /// There, and false, while a canary can't be used.
    static let accepted = "Accepted"

    /// The condition of a type.
    static func find(_ type: String, in status: JSONValue?) -> JSONValue? {
        status?["conditions"]?.elements?.first { $0["type"] == .string(type) }
    }

    /// The promoted condition of a phase; keeps its times while nothing of it has changed.
    static func promoted(_ phase: Phase, targetKind: String, before: JSONValue?, now: String) -> JSONValue {
        let status = status(of: phase)
        var condition: JSONValue = [
            "type": .string(promoted), "status": .string(status), "reason": .string(phase.rawValue),
            "message": .string(message(of: phase, targetKind)), "lastUpdateTime": .string(now),
            "lastTransitionTime": .string(now),
        ]
        guard before?["status"] == .string(status) else { return condition }
        if let time = before?["lastTransitionTime"] { condition["lastTransitionTime"] = time }
        if before?["reason"] == condition["reason"], let time = before?["lastUpdateTime"] {
            condition["lastUpdateTime"] = time
        }
        return condition
    }

    private static func status(of phase: Phase) -> String {
        switch phase {
        case .initialized, .succeeded: "True"
        case .failed: "False"
        default: "Unknown"
        }
    }

    private static func message(of phase: Phase, _ kind: String) -> String {
        switch phase {
        case .initializing, .terminating, .terminated: "New \(kind) detected, starting initialization."
        case .initialized: "\(kind) initialization completed."
        case .waiting, .waitingPromotion: "Waiting for approval."
        case .progressing: "New revision detected, progressing canary analysis."
        case .promoting: "Canary analysis completed, starting primary rolling update."
        case .finalising: "Canary analysis completed, routing all traffic to primary."
        case .succeeded: "Canary analysis completed successfully, promotion finished."
        case .failed: "Canary analysis failed, \(kind) scaled to zero."
        }
    }
}
