import FlaggerAPI
import Foundation
import JSON
import Testing

@testable import Controller

/// Which cookies are set, kept and taken back.
@Suite("Affinity cookies")
struct AffinityCookiesTests {
    private func cookies(_ weight: Int, _ recorded: JSONValue?, primaryName: String? = "p") -> AffinityCookies
    {
        var settings = SessionAffinity(cookieName: "c")
        settings.primaryCookieName = primaryName
        return AffinityCookies(
            settings, recorded: recorded, canaryWeight: weight, canaryValue: "new", primaryValue: "old")
    }

    @Test("are new with the first traffic, kept while it lasts, and taken back after it")
    func life() {
        let first = cookies(10, nil)
        #expect(first.canary == "c=new" && first.primary == "p=old" && first.previous == nil)
        let status = first.noted(in: ["phase": "Progressing"], before: nil)
        #expect(
            status == [
                "phase": "Progressing", "sessionAffinityCookie": "c=new",
                "primarySessionAffinityCookie": "p=old",
            ])
        #expect(cookies(50, status) == first)

        let over = cookies(0, status)
        #expect(over.canary == nil && over.primary == nil && over.previous == "c=new")
        let after = over.noted(in: [:], before: status)
        #expect(
            after == ["previousSessionAffinityCookie": "c=new", "primarySessionAffinityCookie": "p=old"])
        #expect(cookies(0, after) == over)
        // The next revision.
        #expect(cookies(10, after).canary == "c=new")
        #expect(cookies(10, after).noted(in: [:], before: after)["previousSessionAffinityCookie"] == "c=new")
    }

    @Test("of another name are not kept")
    func renamed() {
        let recorded: JSONValue = ["sessionAffinityCookie": "other=1", "primarySessionAffinityCookie": "q=1"]
        #expect(cookies(10, recorded).canary == "c=new")
        #expect(cookies(10, recorded).primary == "p=old")
        #expect(cookies(10, recorded, primaryName: nil).primary == nil)
        #expect(cookies(0, recorded).previous == nil)
    }

    @Test(
        "are found among others, and only whole",
        arguments: [
            ("c.1=v", true), ("a=b; c.1=v", true), ("a=b;c.1=v; z=1", true), ("c.1=vv", false),
            ("xc.1=v", false),
            ("a=c.1=v", false), ("cx1=v", false), ("", false),
        ])
    func pattern(_ header: String, _ isFound: Bool) throws {
        let pattern = try NSRegularExpression(pattern: AffinityCookies.pattern(of: "c.1=v"))
        let range = NSRange(header.startIndex..., in: header)
        #expect((pattern.firstMatch(in: header, range: range) != nil) == isFound)
    }

    @Test("have the peer's attributes in the peer's order")
    func attributes() {
        var affinity = SessionAffinity(cookieName: "c", maxAge: 0)
        #expect(affinity.setCookie("c=v") == "c=v; Max-Age=86400")
        affinity.domain = "example.com"
        affinity.httpOnly = true
        affinity.partitioned = true
        affinity.path = "/"
        affinity.sameSite = "None"
        affinity.secure = true
        #expect(
            affinity.setCookie("c=v", seconds: 5)
                == "c=v; Max-Age=5; Domain=example.com; HttpOnly; Partitioned; Path=/; SameSite=None; Secure")
    }
}
