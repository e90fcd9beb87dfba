import Controller
import Foundation
import JSON
import KubernetesClient

/// A Deployment and its canary, with what tests vary.
struct ReleasedApp {
    static let hookTypes = [
        "confirm-rollout", "rollback", "pre-rollout", "rollout", "confirm-traffic-increase",
        "confirm-promotion", "post-rollout", "event",
    ]

    var name = "podinfo"
    var namespace: String
    var image = "podinfo:1.0.0"
    var replicas: Int? = 1
    /// Members of the canary's specification besides target, service and analysis.
    var spec: JSONValue = ["provider": "kubernetes"]
    var service: JSONValue = ["port": 9898]
    var analysis: JSONValue = ["interval": "1s", "threshold": 2, "iterations": 3]
    var hooks: [JSONValue] = []
    var annotations: [String: String] = [:]
    /// Members of the pod's specification besides its container.
    var pod: JSONValue = [:]
    /// Members of the container besides name, image and ports.
    var container: JSONValue = [:]

    /// Lets a hook server be asked at every point; the paths are the types.
    mutating func addHooks(
        _ types: [String] = hookTypes, of server: HookServer, retries: Int = 0, timeout: String = "10s"
    ) {
        for type in types {
            var hook: JSONValue = [
                "name": .string("h-\(type)"), "type": .string(type), "url": .string(server.url(type)),
                "timeout": .string(timeout),
            ]
            if retries > 0, type == "pre-rollout" { hook["retries"] = JSONValue(retries) }
            hooks.append(hook)
        }
    }

    var deployment: KubernetesObject {
        var container: JSONValue = [
            "name": "app", "image": .string(image),
            "ports": [["name": "http", "containerPort": 9898], ["name": "grpc", "containerPort": 9999]],
        ]
        for (key, value) in self.container.members ?? [:] { container[key] = value }
        var pod = self.pod
        pod["containers"] = [container]
        var spec: JSONValue = [
            "selector": ["matchLabels": ["app": .string(name)]],
            "template": ["metadata": ["labels": ["app": .string(name)]], "spec": pod],
        ]
        spec["replicas"] = replicas.map { JSONValue($0) }
        return KubernetesObject(json: [
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": ["name": .string(name), "namespace": .string(namespace)], "spec": spec,
        ])
    }

    var canary: KubernetesObject {
        var analysis = self.analysis
        if !hooks.isEmpty { analysis["webhooks"] = .array(hooks) }
        var spec = self.spec
        if spec["targetRef"] == nil {
            spec["targetRef"] = ["apiVersion": "apps/v1", "kind": "Deployment", "name": .string(name)]
        }
        spec["service"] = service
        spec["analysis"] = analysis
        return KubernetesObject(json: [
            "apiVersion": "flagger.app/v1beta1", "kind": "Canary",
            "metadata": [
                "name": .string(name), "namespace": .string(namespace),
                "annotations": JSONValue(annotations),
            ],
            "spec": spec,
        ])
    }
}
