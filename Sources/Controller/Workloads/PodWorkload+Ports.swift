import FlaggerAPI
import JSON
import KubernetesClient

/// The ports of a target's pods.
extension PodWorkload {
    func discoveredPorts() async throws -> [ServicePort] {
        guard context.canary.spec.service.portDiscovery,
            let target = try await context.find(controller.type, context.targetName)
        else { return [] }
        return (target.json[path: Projection.templateKey, "ports"]?.elements ?? [])
            .compactMap(ServicePort.init(json:)).filter { !isServicePort($0) }
    }

    /// The port that the service has anyway.
    private func isServicePort(_ port: ServicePort) -> Bool {
        guard port.transport == "TCP" else { return false }
        return switch context.canary.spec.service.targetPort {
        case .int(let number)? where number != 0: port.port == number
        case .string(let name)?: port.name == name
        default: port.port == context.canary.spec.service.port
        }
    }

    /// A service whose port has a name that no container knows would send requests nowhere.
    func portComplaint(about target: KubernetesObject) async throws -> String? {
        guard case .string(let name)? = context.canary.spec.service.targetPort else { return nil }
        let ports = target.json[path: Projection.templateKey, "ports"]?.elements ?? []
        let names = ports.compactMap { $0["name"]?.string }
        guard !names.contains(name) else { return nil }
        if try await havePort(named: name, podsOf: target) { return nil }
        let known = names.isEmpty ? "its containers name none" : "use one of \(names.joined(separator: ", "))"
        return "spec.service.targetPort: no container of \(targetText) has a port named \(name): \(known)"
    }

    /// Whether pods of either side have what their template lacks: a sidecar that is put into them when they are made.
    private func havePort(named name: String, podsOf target: KubernetesObject) async throws -> Bool {
        if context.memory({ $0.injectedPort }) == name { return true }
        let (label, value) = try selector(of: target)
        let values = [value, value + PrimaryTemplate.suffix].joined(separator: ",")
        let pods: [KubernetesObject]
        do {
            pods = try await context.cluster.list(
                .pod, in: context.namespace, matching: Selector(labels: "\(label) in (\(values))"))
        } catch KubernetesError.forbidden {
            return false
        }
        let isThere = pods.contains { pod in
            let containers = ["containers", "initContainers"].flatMap {
                pod.json[path: "spec", $0]?.elements ?? []
            }
            return containers.contains { container in
                container["ports"]?.elements?.contains { $0["name"] == .string(name) } == true
            }
        }
        if isThere { context.memory { $0.injectedPort = name } }
        return isThere
    }
}
