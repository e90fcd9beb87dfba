import FlaggerAPI
import Foundation
import JSON
import Rollout

/// The cookies that keep clients on their side, each as `name=value`.
struct AffinityCookies: Equatable {
    /// Of clients that met the canary; nil while it gets no traffic.
    var canary: String?
    /// Of clients that met primary; nil while the canary gets no traffic, or when these are left to the weight.
    var primary: String?
    /// Of the rollout before, to be taken back; nil while the canary gets traffic.
    var previous: String?

    /// Decides on the cookies.
    ///
    /// - Parameters:
    ///   - settings: their names.
    ///   - recorded: the canary's status; a cookie that stands there is kept, whoever made it.
    ///   - canaryWeight: the canary's share of the traffic, in percent.
    ///   - canaryValue: the value of a new cookie of the canary.
    ///   - primaryValue: the value of a new cookie of primary.
    init(
        _ settings: SessionAffinity, recorded: JSONValue?, canaryWeight: Int, canaryValue: String,
        primaryValue: String
    ) {
        func known(_ field: String, _ name: String) -> String? {
            recorded?[field]?.string.flatMap { $0.hasPrefix("\(name)=") ? $0 : nil }
        }
        let current = known("sessionAffinityCookie", settings.cookieName)
        guard canaryWeight > 0 else {
            previous = current ?? known("previousSessionAffinityCookie", settings.cookieName)
            return
        }
        canary = current ?? "\(settings.cookieName)=\(canaryValue)"
        if let name = settings.primaryCookieName, !name.isEmpty {
            primary = known("primarySessionAffinityCookie", name) ?? "\(name)=\(primaryValue)"
        }
    }

    /// A status with these cookies in it.
    func noted(in status: JSONValue, before: JSONValue?) -> JSONValue {
        var status = status
        status["sessionAffinityCookie"] = canary.map { .string($0) }
        status["primarySessionAffinityCookie"] =
            primary.map { .string($0) } ?? before?["primarySessionAffinityCookie"]
        status["previousSessionAffinityCookie"] =
            previous.map { .string($0) } ?? before?["previousSessionAffinityCookie"]
        return status
    }

    /// The match, in Istio's form, of requests that hold a cookie.
    static func match(holding cookie: String) -> JSONValue {
        ["headers": ["Cookie": ["regex": .string(pattern(of: cookie))]]]
    }

    /// A regular expression for a `Cookie` header that holds a cookie, for whole values and for parts alike.
    static func pattern(of cookie: String) -> String {
        "^(.*; *)?\(NSRegularExpression.escapedPattern(for: cookie))(;.*)?$"
    }
}

extension SessionAffinity {
    /// The `Set-Cookie` of a canary's cookie.
    func setCookie(_ cookie: String) -> String { setCookie(cookie, seconds: maxAge > 0 ? maxAge : 86_400) }

    /// The `Set-Cookie` of a cookie that lasts for a time.
    func setCookie(_ cookie: String, seconds: Int) -> String {
        ([cookie, "Max-Age=\(seconds)"] + cookieAttributes).joined(separator: "; ")
    }
}

extension RouterContext {
    /// The `Set-Cookie` of primary's cookie, which lasts until the next tick may have moved the weights.
    func setCookie(ofPrimary cookie: String, _ affinity: SessionAffinity) -> String {
        affinity.setCookie(cookie, seconds: Int(analysis.interval.duration.components.seconds))
    }

    /// The cookies of these routes; nil without session affinity.
    func cookies(for routes: Routes) async throws -> AffinityCookies? {
        guard let settings = analysis.sessionAffinity else { return nil }
        let recorded = try await cluster.find(.canary, canary.metadata.name, in: namespace)?.json["status"]
        return AffinityCookies(
            settings, recorded: recorded, canaryWeight: routes.canaryWeight, canaryValue: affinityCookie,
            primaryValue: primaryAffinityCookie)
    }

    /// A status to write, with the cookies that belong to it.
    static func noteCookies(
        in json: JSONValue, of status: RolloutStatus, _ canary: Canary, before: JSONValue?
    ) -> JSONValue {
        guard let settings = canary.spec.effectiveAnalysis.sessionAffinity else { return json }
        return AffinityCookies(
            settings, recorded: before, canaryWeight: status.routes.canaryWeight,
            canaryValue: cookie(of: status.lastApplied), primaryValue: cookie(of: status.lastPromoted)
        ).noted(in: json, before: before)
    }
}
