import FlaggerAPI
import JSON
import Rollout
import Timing

/// The rules of a canary's HTTPRoute.
struct HTTPRouteRules {
    let context: RouterContext

    private var canary: Canary { context.canary }
    private var service: CanaryService { context.canary.spec.service }

    /// The rules for these routes. The weighted rule comes first in an A/B test, and last otherwise.
    func rules(_ routes: Routes, cookies: AffinityCookies?) -> [JSONValue] {
        let share = context.canaryShare(of: routes)
        guard !context.isABTest else {
            let matches = context.analysis.match.map(\.json)
            return [
                rule(narrowedBy: matches, backends: backends(share)),
                rule(backends: [backend(canary.primaryName, weight: 100)]),
            ]
        }
        var filters = HTTPRouteFilters.filters(of: service)
        if routes.isMirrored {
            let target = target(canary.canaryName)
            filters.append(HTTPRouteFilters.mirror(to: target, percent: context.analysis.mirrorWeight))
        }
        guard let cookies, let affinity = context.analysis.sessionAffinity else {
            return [rule(filters: filters, backends: backends(share))]
        }
        return sticky(cookies, share, filters: filters, affinity)
    }

    /// The one rule that sends everything to the apex, which is the target again.
    var released: [JSONValue] { [rule(backends: [backend(canary.apexName, weight: 100)])] }

    private func sticky(
        _ cookies: AffinityCookies, _ share: Int, filters: [JSONValue], _ affinity: SessionAffinity
    ) -> [JSONValue] {
        var rules: [JSONValue] = []
        var weighted = backends(share)
        if let cookie = cookies.canary {
            rules.append(rule(narrowedBy: [AffinityCookies.match(holding: cookie)], backends: backends(100)))
            weighted[1]["filters"] = .array(
                HTTPRouteFilters.adding("Set-Cookie", affinity.setCookie(cookie), to: []))
        }
        if let cookie = cookies.primary {
            rules.append(rule(narrowedBy: [AffinityCookies.match(holding: cookie)], backends: backends(0)))
            weighted[0]["filters"] = .array(
                HTTPRouteFilters.adding("Set-Cookie", context.setCookie(ofPrimary: cookie, affinity), to: []))
        }
        if let cookie = cookies.previous {
            let deletion = HTTPRouteFilters.adding(
                "Set-Cookie", affinity.setCookie(cookie, seconds: -1), to: filters)
            rules.append(
                rule(
                    narrowedBy: [AffinityCookies.match(holding: cookie)], filters: deletion,
                    backends: backends(share)))
        }
        return rules + [rule(filters: filters, backends: weighted)]
    }

    private func rule(
        narrowedBy matches: [JSONValue] = [], filters: [JSONValue]? = nil, backends: [JSONValue]
    ) -> JSONValue {
        let matches = (service.match?.elements ?? []).narrowed(by: matches).compactMap(HTTPRouteMatches.match)
        var rule: JSONValue = [
            "matches": .array(matches.isEmpty ? [HTTPRouteMatches.everything] : matches),
            "backendRefs": .array(backends),
        ]
        let filters = filters ?? HTTPRouteFilters.filters(of: service)
        if !filters.isEmpty { rule["filters"] = .array(filters) }
        if let timeout = service.timeout { rule[path: "timeouts", "request"] = .string(Self.text(timeout)) }
        if let timeout = service.backendTimeout {
            rule[path: "timeouts", "backendRequest"] = .string(Self.text(timeout))
        }
        return rule
    }

    private func backends(_ share: Int) -> [JSONValue] {
        [backend(canary.primaryName, weight: 100 - share), backend(canary.canaryName, weight: share)]
    }

    private func backend(_ name: String, weight: Int) -> JSONValue {
        var backend = target(name)
        backend["weight"] = JSONValue(weight)
        return backend
    }

    private func target(_ name: String) -> JSONValue {
        ["kind": "Service", "name": .string(name), "port": JSONValue(service.port)]
    }

    /// Gateway API knows no fractions in durations, and no more than five digits a unit.
    private static func text(_ timeout: GoDuration) -> String {
        let (seconds, attoseconds) = timeout.duration.components
        let milliseconds = attoseconds / 1_000_000_000_000_000
        guard milliseconds > 0 else {
            return seconds < 100_000 ? "\(seconds)s" : "\(seconds / 60)m\(seconds % 60)s"
        }
        return seconds > 0 ? "\(seconds)s\(milliseconds)ms" : "\(milliseconds)ms"
    }
}
