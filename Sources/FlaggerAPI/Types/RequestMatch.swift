/// Conditions that a request must all meet to go to the canary in an A/B test.
public struct RequestMatch: Codable, Equatable, Sendable {
    /// Conditions on headers, by header name; a cookie is matched as the `cookie` header.
    public var headers: [String: StringMatch] = [:]
    /// Labels of the calling workload; routers with a mesh only.
    public var sourceLabels: [String: String]?
    /// Further conditions, which only some routers read.
    public var uri: StringMatch?
    /// A condition on `http` or `https`.
    public var scheme: StringMatch?
    /// A condition on the method.
    public var method: StringMatch?
    /// A condition on the host.
    public var authority: StringMatch?
    /// Conditions on the query, by parameter.
    public var queryParams: [String: StringMatch]?
    /// The port of the request.
    public var port: Int?
    /// Gateways that the rule applies to.
    public var gateways: [String]?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case headers, sourceLabels, uri, scheme, method, authority, queryParams, port, gateways
    }

    /// A match on headers.
    public init(headers: [String: StringMatch] = [:]) { self.headers = headers }

    /// Reads a match; every field is optional.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        try fields.read(.headers, into: &headers)
        try fields.read(.sourceLabels, into: &sourceLabels)
        try fields.read(.uri, into: &uri)
        try fields.read(.scheme, into: &scheme)
        try fields.read(.method, into: &method)
        try fields.read(.authority, into: &authority)
        try fields.read(.queryParams, into: &queryParams)
        try fields.read(.port, into: &port)
        try fields.read(.gateways, into: &gateways)
    }
}
