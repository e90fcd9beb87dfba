import FlaggerAPI
import JSON
import Rollout

/// The routes of a canary's VirtualService.
struct VirtualServiceRoutes {
    let context: RouterContext

    private var canary: Canary { context.canary }
    private var service: CanaryService { context.canary.spec.service }

    /// Whether connections are split rather than requests.
    var isTCP: Bool { service.appProtocol?.lowercased() == "tcp" }

    /// The members of the specification for these routes.
    func members(_ routes: Routes, cookies: AffinityCookies?) -> JSONValue {
        let share = context.canaryShare(of: routes)
        return with(
            isTCP ? ["tcp": [tcp(destinations(share))]] : ["http": .array(http(routes, share, cookies))])
    }

    /// The members of the specification that send everything to the apex, which is the target again.
    var released: JSONValue {
        let apex = [destination(canary.apexName, weight: 100)]
        return with(isTCP ? ["tcp": [tcp(apex)]] : ["http": [rule(to: apex)]])
    }

    /// The rule with the weights: the first in an A/B test, and the last otherwise.
    func weighted(in spec: JSONValue) -> JSONValue? {
        let rules = spec[isTCP ? "tcp" : "http"]?.elements
        return context.isABTest && !isTCP ? rules?.first : rules?.last
    }

    private func with(_ routes: JSONValue) -> JSONValue {
        var members = routes
        // A VirtualService that others delegate to must have neither.
        guard !service.delegation else { return members }
        var hosts = service.hosts ?? []
        if !hosts.contains(canary.apexName), !hosts.contains("*") { hosts.append(canary.apexName) }
        members["hosts"] = .array(hosts.map { .string($0) })
        let gateways = service.gateways ?? []
        members["gateways"] = .array((gateways.isEmpty ? ["mesh"] : gateways).map { .string($0) })
        return members
    }

    private func tcp(_ destinations: [JSONValue]) -> JSONValue {
        let ports = (service.match?.elements ?? []).compactMap { match in
            match["port"].map { ["port": $0] as JSONValue }
        }
        return ports.isEmpty
            ? ["route": .array(destinations)] : ["match": .array(ports), "route": .array(destinations)]
    }

    private func http(_ routes: Routes, _ share: Int, _ cookies: AffinityCookies?) -> [JSONValue] {
        guard !context.isABTest else {
            return [
                rule(narrowedBy: context.analysis.match.map(\.json), to: destinations(share)),
                rule(to: [destination(canary.primaryName, weight: 100)]),
            ]
        }
        var destinations = destinations(share)
        var rules: [JSONValue] = []
        if let cookies, let affinity = context.analysis.sessionAffinity {
            rules = sticky(cookies, affinity)
            if let cookie = cookies.canary {
                destinations[1] = destinations[1].setting(affinity.setCookie(cookie))
            }
            if let cookie = cookies.primary {
                destinations[0] = destinations[0].setting(context.setCookie(ofPrimary: cookie, affinity))
            }
        }
        var weighted = rule(to: destinations)
        if routes.isMirrored {
            weighted["mirror"] = target(canary.canaryName)
            if let percent = context.analysis.mirrorWeight, percent > 0 {
                weighted[path: "mirrorPercentage", "value"] = JSONValue(percent)
            }
        }
        return rules + [weighted]
    }

    private func sticky(_ cookies: AffinityCookies, _ affinity: SessionAffinity) -> [JSONValue] {
        var rules: [JSONValue] = []
        if let cookie = cookies.canary {
            rules.append(rule(narrowedBy: [AffinityCookies.match(holding: cookie)], to: destinations(100)))
        }
        if let cookie = cookies.primary {
            rules.append(rule(narrowedBy: [AffinityCookies.match(holding: cookie)], to: destinations(0)))
        }
        if let cookie = cookies.previous {
            let deletion = rule(narrowedBy: [AffinityCookies.match(holding: cookie)], to: destinations(0))
            rules.append(deletion.setting(affinity.setCookie(cookie, seconds: -1)))
        }
        return rules
    }

    private func rule(narrowedBy matches: [JSONValue] = [], to destinations: [JSONValue]) -> JSONValue {
        var rule: JSONValue = ["route": .array(destinations)]
        let matches = (service.match?.elements ?? []).narrowed(by: matches)
        if !matches.isEmpty { rule["match"] = .array(matches) }
        if let rewrite = service.rewrite?.members?.filter({ ["uri", "authority"].contains($0.key) }),
            !rewrite.isEmpty
        {
            rule["rewrite"] = .object(rewrite)
        }
        rule["timeout"] = service.timeout.map { .string($0.description) }
        rule["retries"] = service.retries
        rule["corsPolicy"] = service.corsPolicy
        rule["headers"] = service.headers
        return rule
    }

    private func destinations(_ share: Int) -> [JSONValue] {
        [destination(canary.primaryName, weight: 100 - share), destination(canary.canaryName, weight: share)]
    }

    private func destination(_ host: String, weight: Int) -> JSONValue {
        ["destination": target(host), "weight": JSONValue(weight)]
    }

    private func target(_ host: String) -> JSONValue {
        var target: JSONValue = ["host": .string(host)]
        // A gateway does not know the port of a request inside the mesh.
        let isBehindGateway = service.gateways?.first.map { $0 != "mesh" } ?? false
        if service.portDiscovery, isBehindGateway || service.delegation {
            target[path: "port", "number"] = JSONValue(service.port)
        }
        return target
    }
}

extension JSONValue {
    /// A rule or destination that sets a cookie in its answers.
    fileprivate func setting(_ cookie: String) -> JSONValue {
        var copy = self
        copy[path: "headers", "response", "add", "Set-Cookie"] = .string(cookie)
        return copy
    }
}
