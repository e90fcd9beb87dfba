import Foundation
import JSON

/// Conditions of a canary's matches in the form of a Gateway API HTTPRoute.
enum HTTPRouteMatches {
    /// The members of a match that can be said.
    static let known: Set<String> = ["uri", "method", "headers", "queryParams"]

    /// Every request.
    static let everything: JSONValue = ["path": ["type": "PathPrefix", "value": "/"]]

    /// A match; nil when it sets no condition.
    static func match(_ match: JSONValue) -> JSONValue? {
        var members: [String: JSONValue] = [:]
        if let uri = match["uri"] { members["path"] = path(uri) }
        if let method = match["method"]?["exact"] { members["method"] = method }
        members["headers"] = conditions(match["headers"])
        members["queryParams"] = conditions(match["queryParams"])
        return members.isEmpty ? nil : .object(members)
    }

    /// What can't be said of a match, as the rest of a field's path and the reason; nil when all can.
    static func complaint(about match: JSONValue) -> String? {
        if let method = match["method"], method["exact"] == nil {
            return ".method: gatewayapi can match it by exact only"
        }
        if let uri = match["uri"], path(uri) == nil {
            return ".uri: gatewayapi can match it by exact, prefix or regex"
        }
        return nil
    }

    private static func path(_ uri: JSONValue) -> JSONValue? {
        for (form, type) in [("regex", "RegularExpression"), ("exact", "Exact"), ("prefix", "PathPrefix")] {
            if let value = uri[form]?.string, !value.isEmpty {
                return ["type": .string(type), "value": .string(value)]
            }
        }
        return nil
    }

    private static func conditions(_ conditions: JSONValue?) -> JSONValue? {
        guard let members = conditions?.members, !members.isEmpty else { return nil }
        return .array(
            members.sorted { $0.key < $1.key }.map { name, condition in
                let (type, value) = form(condition)
                return ["name": .string(name), "type": .string(type), "value": .string(value)]
            })
    }

    private static func form(_ condition: JSONValue) -> (type: String, value: String) {
        if let exact = condition["exact"]?.string { return ("Exact", exact) }
        let escaped = NSRegularExpression.escapedPattern(for:)
        if let prefix = condition["prefix"]?.string { return ("RegularExpression", "^\(escaped(prefix)).*$") }
        if let suffix = condition["suffix"]?.string { return ("RegularExpression", "^.*\(escaped(suffix))$") }
        return ("RegularExpression", condition["regex"]?.string ?? ".*")
    }
}
