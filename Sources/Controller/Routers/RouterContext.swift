public import FlaggerAPI
public import JSON
public import KubernetesClient
public import Rollout

/// What a router knows of its canary.
public struct RouterContext: Sendable {
    /// The canary, with the defaults of its specification.
    public let canary: Canary
    /// Reads and writes.
    public let cluster: any Cluster
    /// What the command line says.
    public let settings: RouterSettings
    /// The durable status at the moment of the call.
    public let status: RolloutStatus
    /// The label that tells the sides' pods apart, such as `app`; nil for targets without pods.
    public let selectorLabel: String?
    /// Its value on canary pods; primary's is that with `-primary`.
    public let selectorValue: String?

    /// Makes a context.
    public init(
        canary: Canary, cluster: any Cluster, settings: RouterSettings, status: RolloutStatus,
        selectorLabel: String? = nil, selectorValue: String? = nil
    ) {
        self.canary = canary
        self.cluster = cluster
        self.settings = settings
        self.status = status
        self.selectorLabel = selectorLabel
        self.selectorValue = selectorValue
    }

    /// The canary's namespace.
    public var namespace: String { canary.metadata.namespace }

    /// How the canary is analysed.
    public var analysis: CanaryAnalysis { canary.spec.effectiveAnalysis }

    /// The reference that makes an object go with the canary.
    public var ownerReference: JSONValue { canary.ownerReference }

    /// The cookie value that keeps a client on the canary: stable for a revision, different for the next.
    public var affinityCookie: String { Self.cookie(of: status.lastApplied) }

    /// The cookie value of primary's revision.
    public var primaryAffinityCookie: String { Self.cookie(of: status.lastPromoted) }

    static func cookie(of revision: Revision?) -> String {
        StableHash.of(bytes: Array("\(revision?.spec ?? "")/\(revision?.configuration ?? "")".utf8))
    }

    /// An object of this canary: named, in its namespace, owned by it.
    ///
    /// - Parameters:
    ///   - type: its kind.
    ///   - name: its name.
    ///   - metadata: labels and annotations; those of Flux's own bookkeeping are left out, as on the peer.
    ///   - spec: its specification.
    public func object(
        _ type: ResourceType, named name: String, metadata: ServiceMetadata? = nil, spec: JSONValue
    ) -> KubernetesObject {
        var json: JSONValue = [
            "apiVersion": .string(type.apiVersion), "kind": .string(type.kind),
            "metadata": [
                "name": .string(name), "namespace": .string(namespace),
                "ownerReferences": [ownerReference],
            ],
            "spec": spec,
        ]
        if let labels = metadata?.labels, !labels.isEmpty {
            json[path: "metadata", "labels"] = JSONValue(labels.withoutToolkitMarks)
        }
        if let annotations = metadata?.annotations, !annotations.isEmpty {
            json[path: "metadata", "annotations"] = JSONValue(annotations.withoutToolkitMarks)
        }
        return KubernetesObject(json: json)
    }
}

/// What the command line says about routers.
public struct RouterSettings: Sendable, Equatable {
    /// The prefix of NGINX's annotations (`-ingress-annotations-prefix`).
    public var ingressAnnotationsPrefix = "nginx.ingress.kubernetes.io"
    /// The class of generated HTTPProxy objects (`-ingress-class`).
    public var ingressClass = ""
    /// Whether references must stay in the canary's namespace (`-no-cross-namespace-refs`).
    public var refusesOtherNamespaces = false

    /// The defaults.
    public init() {}
}

extension Canary {
    /// The reference that makes an object go with this canary.
    var ownerReference: JSONValue {
        [
            "apiVersion": .string(Canary.apiVersion), "kind": .string(Canary.kind),
            "name": .string(metadata.name), "uid": .string(metadata.uid ?? ""),
            "controller": true, "blockOwnerDeletion": true,
        ]
    }
}

extension [String: String] {
    /// Without the keys of Flux's own bookkeeping, which must not be copied to objects it does not manage.
    var withoutToolkitMarks: [String: String] { filter { !$0.key.contains("toolkit.fluxcd.io") } }
}
