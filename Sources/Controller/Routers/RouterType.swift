public import KubernetesClient

/// What splits the traffic for a provider. One file a type below this folder, and one line in `all`.
public struct RouterType: Sendable {
    /// What a provider can do with traffic.
    public struct Abilities: OptionSet, Sendable {
        /// The set as bits.
        public let rawValue: Int

        /// Shares of requests. Without it a stepped rollout becomes blue/green, as on the peer.
        public static let weights = Abilities(rawValue: 1)
        /// Requests that match headers or cookies.
        public static let matches = Abilities(rawValue: 2)
        /// Copies of requests.
        public static let mirror = Abilities(rawValue: 4)
        /// Cookies that keep a client on its side.
        public static let affinity = Abilities(rawValue: 8)

        /// A set of bits.
        public init(rawValue: Int) { self.rawValue = rawValue }
    }

    /// The names in `spec.provider` and `-mesh-provider`; one that ends in a colon takes any name after it.
    public let providers: [String]
    /// What it can do; a canary that asks for more is refused.
    public let abilities: Abilities
    /// The kinds it reads: they are watched while a canary of this provider exists.
    public let watched: [ResourceType]
    /// The queries of the builtin metrics.
    public let queries: BuiltinQueries
    /// Why a canary can't be released by it; nil when it can. Reads nothing but the canary.
    public let complaint: @Sendable (RouterContext) -> String?
    /// Makes the router of one call.
    public let make: @Sendable (RouterContext) -> any TrafficRouter

    /// A type; by default every canary suits it.
    public init(
        providers: [String], abilities: Abilities, watched: [ResourceType], queries: BuiltinQueries,
        complaint: @escaping @Sendable (RouterContext) -> String? = { _ in nil },
        make: @escaping @Sendable (RouterContext) -> any TrafficRouter
    ) {
        self.providers = providers
        self.abilities = abilities
        self.watched = watched
        self.queries = queries
        self.complaint = { context in
            if KnativeWorkload.isTarget(of: context.canary), !providers.contains("knative") {
                return "spec.provider: a Knative Service needs provider knative, not \(providers[0])"
            }
            return abilities.complaint(about: context.analysis, provider: providers[0]) ?? complaint(context)
        }
        self.make = make
    }

    /// Every type there is.
    public static let all: [RouterType] = [
        .kubernetes,
        .gatewayAPI,
        .gatewayAPIBeta,
        .istio,
        .nginx,
        .traefik,
        .contour,
        .linkerd,
        .smiAlpha1,
        .smiAlpha2,
        .smiAlpha3,
        .osm,
        .skipper,
        .apisix,
        .kuma,
        .gloo,
        .knative,
    ]

    /// The type of a provider; nil when there is none of that name.
    public static func named(_ provider: String) -> RouterType? {
        all.first { type in
            type.providers.contains { name in
                name.hasSuffix(":") ? provider.hasPrefix(name) && provider != name : provider == name
            }
        }
    }
}
