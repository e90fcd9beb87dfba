import Delivery
import FlaggerAPI
import Foundation
import JSON
import Rollout

/// A canary's status as the API server keeps it: the peer's fields, and ours in a condition of its own.
struct StatusRecord {
    /// Who has written a status.
    enum Reading {
        /// Nobody: the canary is new.
        case new
        /// This program.
        case own(State)
        /// The peer.
        case foreign(CanaryStatus)
    }

    /// What the condition's message holds.
    struct State: Codable {
        var status: StoredStatus
        /// The target's generation when it was at the last applied revision.
        var generation: Int?
        /// The target's uid then.
        var target: String?
        /// Calls that may not have been made.
        var owed: [OwedCall]?
    }

    /// Reads a status.
    static func read(_ json: JSONValue?) -> Reading {
        guard let json, let phase = json["phase"]?.string, !phase.isEmpty else { return .new }
        let message = CanaryConditions.find(CanaryConditions.state, in: json)?["message"]?.string
        if let message, let state = try? JSONDecoder().decode(State.self, from: Data(message.utf8)) {
            let status = state.status.status
            let isCurrent =
                status.phase?.rawValue == phase && status.lastApplied?.spec == json["lastAppliedSpec"]?.string
                && status.lastPromoted?.spec == json["lastPromotedSpec"]?.string
            if isCurrent { return .own(state) }
        }
        let foreign = try? JSONDecoder().decode(CanaryStatus.self, from: Data(json.text.utf8))
        return .foreign(foreign ?? CanaryStatus(phase: phase))
    }

    /// The status to write.
    ///
    /// - Parameters:
    ///   - status: what was decided.
    ///   - known: the target at the last applied revision.
    ///   - owed: calls that may not have been made.
    ///   - checksums: the tracked configuration's, when they are those of the last applied revision; nil keeps the old.
    ///   - before: the status there is.
    ///   - targetKind: the kind of the target.
    ///   - now: the time.
    static func json(
        _ status: RolloutStatus, known: CanaryMemory.KnownTarget?, owed: [OwedCall],
        checksums: [String: String]?,
        before: JSONValue?, targetKind: String, now: Date
    ) throws -> JSONValue {
        let time = now.formatted(.iso8601)
        var json: JSONValue = [
            "failedChecks": JSONValue(status.failedChecks),
            "canaryWeight": JSONValue(status.routes.canaryWeight),
            "iterations": JSONValue(status.iterations),
        ]
        json["phase"] = status.phase.map { .string($0.rawValue) }
        json["lastAppliedSpec"] = status.lastApplied.map { .string($0.spec) }
        json["lastPromotedSpec"] = status.lastPromoted.map { .string($0.spec) }
        json["lastTransitionTime"] = .string(
            status.lastTransition?.iso8601 ?? time)
        json["trackedConfigs"] = checksums.map { JSONValue($0) } ?? before?["trackedConfigs"]
        for cookie in [
            "sessionAffinityCookie", "previousSessionAffinityCookie", "primarySessionAffinityCookie",
        ] {
            json[cookie] = before?[cookie]
        }
        let state = State(
            status: StoredStatus(status), generation: known?.generation, target: known?.uid,
            owed: owed.isEmpty ? nil : owed)
        var conditions: [JSONValue] = []
        if let phase = status.phase {
            conditions.append(
                CanaryConditions.promoted(
                    phase, targetKind: targetKind,
                    before: CanaryConditions.find(CanaryConditions.promoted, in: before), now: time))
        }
        conditions.append([
            "type": .string(CanaryConditions.state), "status": "True", "reason": "Written",
            "message": .string(try message(of: state)), "lastUpdateTime": .string(time),
        ])
        let own: Set<JSONValue?> = [.string(CanaryConditions.promoted), .string(CanaryConditions.state)]
        conditions += (before?["conditions"]?.elements ?? []).filter { !own.contains($0["type"]) }
        json["conditions"] = .array(conditions)
        return json
    }

    private static func message(of state: State) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(state), as: UTF8.self)
    }
}
