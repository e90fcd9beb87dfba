import FlaggerAPI
import JSON
import KubernetesClient

/// The Services of a canary: the apex, which points at primary, and one for each side.
struct GeneratedServices: Sendable {
    /// Members of a Service's specification that the server, or the user, decides.
    static let allocated: Set<String> = [
        "clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "type", "sessionAffinity",
        "sessionAffinityConfig", "externalTrafficPolicy", "internalTrafficPolicy", "healthCheckNodePort",
        "allocateLoadBalancerNodePorts", "loadBalancerClass", "loadBalancerIP", "loadBalancerSourceRanges",
        "externalIPs", "publishNotReadyAddresses", "trafficDistribution", "externalName",
    ]

    let context: TargetContext
    let label: String
    let value: String
    let ports: [ServicePort]

    /// The services of both sides.
    func reconcileSides() async throws {
        let service = context.canary.spec.service
        try await reconcile(context.canary.canaryName, value, service.canary)
        try await reconcile(context.canary.primaryName, value + PrimaryTemplate.suffix, service.primary)
    }

    /// The apex: points at primary from now on.
    func reconcileApex() async throws {
        try await reconcile(
            context.canary.apexName, value + PrimaryTemplate.suffix, context.canary.spec.service.apex)
    }

    /// Points the apex back at the target, where it was the user's before.
    func restoreApex() async throws {
        let name = context.canary.apexName
        guard let service = try await context.cluster.fetch(.service, name, in: context.namespace),
            service.controllerReference == nil
        else { return }
        let selector = service.originalSelector ?? [label: value]
        let own = service.json[path: "spec", "selector"] ?? [:]
        guard own.strings != selector else { return }
        try await context.cluster.patch(
            .service, name, in: context.namespace,
            with: ["spec": ["selector": own.mergePatch(to: JSONValue(selector))]])
    }

    private func reconcile(_ name: String, _ value: String, _ metadata: ServiceMetadata?) async throws {
        var metadata = metadata ?? ServiceMetadata()
        metadata.labels = (metadata.labels ?? [:]).merging([label: name]) { _, own in own }
        var spec: JSONValue = [
            "selector": [label: .string(value)], "ports": .array(servicePorts(of: nil)),
        ]
        let existing = try await context.find(.service, name)
        guard let existing else {
            spec["type"] = "ClusterIP"
            if context.canary.spec.service.headless { spec["clusterIP"] = "None" }
            return try await ensure(name, metadata, spec)
        }
        spec["ports"] = .array(servicePorts(of: existing))
        guard existing.controllerReference == nil else { return try await ensure(name, metadata, spec) }
        try await redirect(existing, to: spec)
    }

    private func ensure(_ name: String, _ metadata: ServiceMetadata, _ spec: JSONValue) async throws {
        let wanted = context.object(
            .service, named: name, labels: (metadata.labels ?? [:]).withoutToolkitMarks,
            annotations: (metadata.annotations ?? [:]).withoutToolkitMarks, members: ["spec": spec])
        try await context.cluster.ensure(wanted, as: .service, keeping: Self.allocated)
    }

    /// Changes no more than selector and ports of a service that is the user's.
    private func redirect(_ service: KubernetesObject, to spec: JSONValue) async throws {
        let own = service.json["spec"] ?? [:]
        let isSame = own["selector"] == spec["selector"] && own.contains(spec)
        guard !isSame else { return }
        var patch: JSONValue = ["ports": spec["ports"] ?? []]
        patch["selector"] = (own["selector"] ?? [:]).mergePatch(to: spec["selector"] ?? [:])
        try await context.cluster.patch(
            .service, service.name, in: context.namespace,
            with: [
                "metadata": ["resourceVersion": .string(service.resourceVersion ?? "")], "spec": patch,
            ])
    }

    /// The ports that a service gets; node ports of an existing one stay.
    private func servicePorts(of existing: KubernetesObject?) -> [JSONValue] {
        let service = context.canary.spec.service
        let name = service.portName.isEmpty ? "http" : service.portName
        var target = JSONValue(service.port)
        switch service.targetPort {
        case .int(let port)? where port != 0: target = JSONValue(port)
        case .string(let name)?: target = .string(name)
        default: break
        }
        var first: JSONValue = [
            "name": .string(name), "protocol": "TCP", "port": JSONValue(service.port), "targetPort": target,
        ]
        if let application = service.appProtocol, !application.isEmpty {
            first["appProtocol"] = .string(application)
        }
        let more = discovered(besides: ServicePort(name: name, port: service.port)).map { port -> JSONValue in
            [
                "name": .string(port.name), "protocol": .string(port.transport), "port": JSONValue(port.port),
                "targetPort": JSONValue(port.port),
            ]
        }
        let known = existing?.json[path: "spec", "ports"]?.elements ?? []
        return ([first] + more).map { port in
            var port = port
            let same = known.first { $0["name"] == port["name"] }
            if let node = same?["nodePort"], node.int ?? 0 > 0 { port["nodePort"] = node }
            return port
        }
    }
}

extension GeneratedServices {
    /// The discovered ports that a service can have beside its own: each number once a protocol, each name once.
    private func discovered(besides own: ServicePort) -> [ServicePort] {
        var names: Set = [own.name]
        var numbers: Set = ["\(own.port)/\(own.transport)"]
        return ports.sorted { ($0.name, $0.transport) < ($1.name, $1.transport) }.compactMap { port in
            guard numbers.insert("\(port.port)/\(port.transport)").inserted else { return nil }
            var port = port
            if !names.insert(port.name).inserted {
                port.name += "-\(port.port)"
                guard names.insert(port.name).inserted else { return nil }
            }
            return port
        }
    }
}

extension KubernetesObject {
    /// The selector that the user wrote with `kubectl apply`.
    fileprivate var originalSelector: [String: String]? {
        annotations[Self.lastAppliedKey].flatMap(JSONValue.parse)?[path: "spec", "selector"]?.strings
    }
}
