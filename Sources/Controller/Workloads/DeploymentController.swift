import JSON
import KubernetesClient
import Rollout

/// Deployments: a set number of pods, zero when stopped.
struct DeploymentController: PodController {
    let type = ResourceType.deployment
    let copiedMembers = ["progressDeadlineSeconds", "minReadySeconds", "revisionHistoryLimit", "strategy"]
    let hasReplicas = true

    func readiness(of object: KubernetesObject, threshold: Int) -> WorkloadState.Readiness {
        let desired = object.replicas
        guard desired > 0 else { return .absent }
        let status = object.json["status"] ?? [:]
        let available = status["availableReplicas"]?.int ?? 0
        guard status["observedGeneration"]?.int ?? 0 >= object.generation ?? 0 else {
            return .unready(
                "waiting for rollout to finish: observed deployment generation less than desired generation",
                endpoints: available)
        }
        let hasGivenUp = (status["conditions"]?.elements ?? []).contains {
            $0["type"] == "Progressing" && $0["reason"] == "ProgressDeadlineExceeded"
        }
        if hasGivenUp {
            return .unready(
                "deployment \"\(object.name)\" exceeded its progress deadline", endpoints: available)
        }
        let updated = status["updatedReplicas"]?.int ?? 0
        return .rolling(
            desired: desired, updated: updated, old: max(0, (status["replicas"]?.int ?? 0) - updated),
            available: available, threshold: threshold, noun: "replicas")
    }

    func complaint(about target: KubernetesObject) -> String? { nil }

    func scalingUp(_ target: KubernetesObject, to replicas: Int) -> JSONValue? {
        target.replicas > 0 ? nil : ["spec": ["replicas": JSONValue(replicas)]]
    }

    func scalingDown(_ target: KubernetesObject) -> JSONValue? {
        target.replicas == 0 ? nil : ["spec": ["replicas": 0]]
    }
}

extension KubernetesObject {
    /// `spec.replicas`; 1 when absent, as the server has it.
    var replicas: Int { json[path: "spec", "replicas"]?.int ?? 1 }
}
