import HTTP1

/// How a header's value is compared; letter case counts.
public enum ValueMatch: Hashable, Sendable {
    /// The whole value is this.
    case exact(String)
    /// The value starts with this.
    case prefix(String)
    /// The value ends with this.
    case suffix(String)
    /// The whole value matches this expression.
    case regex(RegularExpression)
    /// The header is there, whatever its value.
    case present
}

/// A condition on a request, as in Istio's `HTTPMatchRequest`: every header named must match.
public struct RequestMatch: Hashable, Sendable {
    /// Conditions by lower-case header name; all of them have to hold.
    public let headers: [String: ValueMatch]
    let conditions: [HeaderCondition]

    /// Makes a condition; without any header it matches no request.
    ///
    /// - Parameter headers: conditions by header name, letter case of names aside.
    /// - Throws: ``ProxyError/invalidHeaderName(_:)``.
    public init(headers: [String: ValueMatch]) throws {
        var lowered: [String: ValueMatch] = [:]
        for (name, match) in headers {
            guard !name.isEmpty, name.utf8.allSatisfy(isTokenByte) else {
                throw ProxyError.invalidHeaderName(name)
            }
            lowered[name.lowercased()] = match
        }
        self.headers = lowered
        conditions = lowered.sorted { $0.key < $1.key }
            .map { HeaderCondition(name: Array($0.key.utf8), value: CompiledValueMatch($0.value)) }
    }
}

/// One header condition, ready to be compared with the bytes of a request.
struct HeaderCondition: Hashable, Sendable {
    let name: [UInt8]
    let value: CompiledValueMatch
}

/// A ``ValueMatch`` whose text is bytes, so that matching a request allocates nothing.
enum CompiledValueMatch: Hashable, Sendable {
    case exact([UInt8])
    case prefix([UInt8])
    case suffix([UInt8])
    case regex(RegularExpression)
    case present

    init(_ match: ValueMatch) {
        switch match {
        case .exact(let text): self = .exact(Array(text.utf8))
        case .prefix(let text): self = .prefix(Array(text.utf8))
        case .suffix(let text): self = .suffix(Array(text.utf8))
        case .regex(let expression): self = .regex(expression)
        case .present: self = .present
        }
    }

    func matches(_ value: UnsafeRawBufferPointer) -> Bool {
        switch self {
        case .exact(let text): value.elementsEqual(text)
        case .prefix(let text): value.starts(with: text)
        case .suffix(let text): value.suffix(text.count).elementsEqual(text)
        case .regex(let expression): expression.matches(value)
        case .present: true
        }
    }
}
