import FlaggerAPI
import Foundation
import Rollout

extension CanaryStatus {
    /// What users see of a rollout's status.
    init(_ status: RolloutStatus) {
        self.init(phase: status.phase?.rawValue ?? "")
        failedChecks = status.failedChecks
        canaryWeight = status.routes.canaryWeight
        iterations = status.iterations
        lastAppliedSpec = status.lastApplied?.spec
        lastPromotedSpec = status.lastPromoted?.spec
        if let configuration = status.lastApplied?.configuration, !configuration.isEmpty {
            trackedConfigs = ["configFiles": configuration]
        }
        let time = status.lastTransition.map { moment in
            Date(timeIntervalSince1970: Double(moment.milliseconds) / 1000).formatted(.iso8601)
        }
        lastTransitionTime = time
        if let phase = status.phase {
            conditions = [
                CanaryCondition(
                    type: "Promoted", status: Self.conditionStatus(phase), reason: phase.rawValue,
                    message: Self.message(phase), lastUpdateTime: time, lastTransitionTime: time)
            ]
        }
    }

    private static func conditionStatus(_ phase: Phase) -> String {
        switch phase {
        case .initialized, .succeeded: "True"
        case .failed: "False"
        default: "Unknown"
        }
    }

    private static func message(_ phase: Phase) -> String {
        switch phase {
        case .initializing: "Primary is being created."
        case .initialized: "Initialization completed."
        case .waiting: "Waiting for approval."
        case .progressing: "New revision detected, progressing canary analysis."
        case .waitingPromotion: "Waiting for promotion approval."
        case .promoting: "Canary analysis completed, starting primary rolling update."
        case .finalising: "Canary analysis completed, routing all traffic to primary."
        case .succeeded: "Canary analysis completed successfully, promotion finished."
        case .failed: "Canary analysis failed, canary scaled to zero."
        case .terminating: "Being deleted."
        case .terminated: "Deleted."
        }
    }
}
