import FlaggerAPI
import JSON

extension RequestMatch {
    /// The match as it stands in a canary, which is Istio's form; conditions that are not there are left out.
    var json: JSONValue {
        var members: [String: JSONValue] = [:]
        if !headers.isEmpty { members["headers"] = .object(headers.mapValues(\.json)) }
        members["sourceLabels"] = sourceLabels.map { JSONValue($0) }
        members["uri"] = uri?.json
        members["scheme"] = scheme?.json
        members["method"] = method?.json
        members["authority"] = authority?.json
        members["queryParams"] = queryParams.map { .object($0.mapValues(\.json)) }
        members["port"] = port.map { JSONValue($0) }
        members["gateways"] = gateways.map { .array($0.map { .string($0) }) }
        return .object(members)
    }
}

extension StringMatch {
    /// The condition as it stands in a canary.
    var json: JSONValue {
        let forms = ["exact": exact, "prefix": prefix, "suffix": suffix, "regex": regex]
        return JSONValue(forms.compactMapValues { $0 })
    }
}

extension JSONValue {
    /// Both conditions of a match at once; of two for the same header or parameter, the other's counts.
    func narrowed(by other: JSONValue) -> JSONValue {
        var both = members ?? [:]
        for (key, value) in other.members ?? [:] {
            let keyed = ["headers", "queryParams", "sourceLabels"].contains(key)
            both[key] =
                keyed ? .object((both[key]?.members ?? [:]).merging(value.members ?? [:]) { $1 }) : value
        }
        return .object(both)
    }
}

extension [JSONValue] {
    /// Every way to fulfil one of these matches and one of the others; an empty list sets no condition.
    func narrowed(by others: [JSONValue]) -> [JSONValue] {
        if isEmpty { return others }
        if others.isEmpty { return self }
        return others.flatMap { other in map { $0.narrowed(by: other) } }
    }
}
