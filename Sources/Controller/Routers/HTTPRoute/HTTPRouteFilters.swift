import FlaggerAPI
import JSON
import Timing

/// What a canary's service changes in requests and answers, as filters of a Gateway API HTTPRoute.
enum HTTPRouteFilters {
    /// The filters of every rule.
    static func filters(of service: CanaryService) -> [JSONValue] {
        var filters: [JSONValue] = []
        if let request = headers(service.headers?["request"]) {
            filters.append(["type": "RequestHeaderModifier", "requestHeaderModifier": request])
        }
        if let response = headers(service.headers?["response"]) {
            filters.append(["type": "ResponseHeaderModifier", "responseHeaderModifier": response])
        }
        if let rewrite = service.rewrite { filters.append(urlRewrite(rewrite)) }
        for mirror in service.mirror?.elements ?? [] {
            filters.append(["type": "RequestMirror", "requestMirror": mirror])
        }
        if let policy = service.corsPolicy { filters.append(["type": "CORS", "cors": cors(policy)]) }
        return filters
    }

    /// The filter that copies requests to a backend; all of them when no share is given.
    static func mirror(to backend: JSONValue, percent: Int?) -> JSONValue {
        var mirror: JSONValue = ["backendRef": backend]
        if let percent, percent > 0, percent < 100 { mirror["percent"] = JSONValue(percent) }
        return ["type": "RequestMirror", "requestMirror": mirror]
    }

    /// The filters with one more header of answers; a rule may have one filter of that type only.
    static func adding(_ name: String, _ value: String, to filters: [JSONValue]) -> [JSONValue] {
        let header: JSONValue = ["name": .string(name), "value": .string(value)]
        guard let index = filters.firstIndex(where: { $0["type"] == "ResponseHeaderModifier" }) else {
            return filters + [
                ["type": "ResponseHeaderModifier", "responseHeaderModifier": ["add": [header]]]
            ]
        }
        var changed = filters
        let there = filters[index][path: "responseHeaderModifier", "add"]?.elements ?? []
        changed[index][path: "responseHeaderModifier", "add"] = .array(there + [header])
        return changed
    }

    private static func headers(_ changes: JSONValue?) -> JSONValue? {
        guard let changes, changes.members?.isEmpty == false else { return nil }
        var members: [String: JSONValue] = [:]
        for verb in ["add", "set"] {
            guard let values = changes[verb]?.strings, !values.isEmpty else { continue }
            members[verb] = .array(
                values.sorted { $0.key < $1.key }.map {
                    ["name": .string($0.key), "value": .string($0.value)]
                })
        }
        if let names = changes["remove"], names.elements?.isEmpty == false { members["remove"] = names }
        return .object(members)
    }

    private static func urlRewrite(_ rewrite: JSONValue) -> JSONValue {
        var members: [String: JSONValue] = [:]
        if let authority = rewrite["authority"]?.string, !authority.isEmpty {
            members["hostname"] = .string(authority)
        }
        if let uri = rewrite["uri"]?.string, !uri.isEmpty {
            members["path"] =
                rewrite["type"] == "ReplacePrefixMatch"
                ? ["type": "ReplacePrefixMatch", "replacePrefixMatch": .string(uri)]
                : ["type": "ReplaceFullPath", "replaceFullPath": .string(uri)]
        }
        return ["type": "URLRewrite", "urlRewrite": .object(members)]
    }

    private static func cors(_ policy: JSONValue) -> JSONValue {
        var members: [String: JSONValue] = [:]
        let exact = (policy["allowOrigins"]?.elements ?? []).compactMap { $0["exact"] }
        let origins = (policy["allowOrigin"]?.elements ?? []) + exact
        if !origins.isEmpty { members["allowOrigins"] = .array(origins) }
        for list in ["allowMethods", "allowHeaders", "exposeHeaders"] {
            if let values = policy[list], values.elements?.isEmpty == false { members[list] = values }
        }
        if policy["allowCredentials"] == true { members["allowCredentials"] = true }
        if let age = policy["maxAge"]?.string, let age = try? GoDuration(age) {
            members["maxAge"] = JSONValue(Int(age.duration.components.seconds))
        }
        return .object(members)
    }

    /// What of a cross-origin policy can't be said; nil when all can.
    static func complaint(about service: CanaryService) -> String? {
        guard let policy = service.corsPolicy else { return nil }
        let origins = policy["allowOrigins"]?.elements ?? []
        if let index = origins.firstIndex(where: { $0["exact"] == nil }) {
            return "spec.service.corsPolicy.allowOrigins[\(index)]: gatewayapi can match it by exact only"
        }
        if let age = policy["maxAge"]?.string, (try? GoDuration(age)) == nil {
            return "spec.service.corsPolicy.maxAge: \"\(age)\" is no duration: write one such as 24h"
        }
        return nil
    }
}
