import JSON
import KubernetesClient
import Rollout

/// DaemonSets: a pod on every node, on none when a node selector that no node has keeps them off (peer behaviour).
struct DaemonSetController: PodController {
    let type = ResourceType.daemonSet
    let copiedMembers = ["minReadySeconds", "revisionHistoryLimit", "updateStrategy"]
    let hasReplicas = false

    func readiness(of object: KubernetesObject, threshold: Int) -> WorkloadState.Readiness {
        guard !isStopped(object) else { return .absent }
        let status = object.json["status"] ?? [:]
        let available = status["numberAvailable"]?.int ?? 0
        guard status["observedGeneration"]?.int ?? 0 >= object.generation ?? 0 else {
            return .unready(
                "waiting for rollout to finish: observed daemonset generation less than desired generation",
                endpoints: available)
        }
        return .rolling(
            desired: status["desiredNumberScheduled"]?.int ?? 0,
            updated: status["updatedNumberScheduled"]?.int ?? 0, old: 0, available: available,
            threshold: threshold, noun: "pods")
    }

    func complaint(about target: KubernetesObject) -> String? {
        let strategy = target.json[path: "spec", "updateStrategy", "type"]?.string ?? "RollingUpdate"
        guard strategy != "RollingUpdate" else { return nil }
        return "has the update strategy \(strategy): set spec.updateStrategy.type to RollingUpdate"
    }

    func scalingUp(_ target: KubernetesObject, to replicas: Int) -> JSONValue? {
        isStopped(target) ? Self.selector(.null) : nil
    }

    func scalingDown(_ target: KubernetesObject) -> JSONValue? {
        isStopped(target) ? nil : Self.selector("true")
    }

    private func isStopped(_ object: KubernetesObject) -> Bool {
        let selector =
            object.json[path: "spec", "template", "spec", "nodeSelector"]
            ?? object.json[path: Projection.templateKey, "nodeSelector"]
        return selector?[PodTemplate.scaleToZeroKey] != nil
    }

    private static func selector(_ value: JSONValue) -> JSONValue {
        ["spec": ["template": ["spec": ["nodeSelector": [PodTemplate.scaleToZeroKey: value]]]]]
    }
}
