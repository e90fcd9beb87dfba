import FlaggerAPI
import Foundation
import Rollout
import Testing

@testable import Delivery

@Suite("Notifiers")
struct NotifierTests {
    private static let settings = AlertSettings(
        routes: [.init(name: "on-call", minimum: .info, provider: .test("chat"))],
        facts: [AlertFact("Cluster", "blue & green")], metadata: [AlertFact("Target", "Process/podinfo.test")]
    )

    private func alert(_ severity: Alert.Severity, metadata: Bool = true) throws -> AlertMessage {
        try #require(
            Self.settings.messages(
                for: Alert(severity, "success rate 90% < 99%", includesMetadata: metadata),
                canary: .test("podinfo"), phase: .progressing, checksum: "abc"
            ).first)
    }

    private func request(
        _ type: AlertProvider.ReceiverType, _ severity: Alert.Severity,
        address: String = "http://chat.test/hook",
        credentials: [String: String] = [:], channel: String? = nil
    ) throws -> ServerRequest {
        var spec = AlertProvider.Spec(type: type.rawValue, address: address)
        spec.channel = channel
        let receiver = try AlertReceiver(
            spec, credentials: Credentials(credentials), provider: .test("chat"))
        return try type.notifier.request(for: try alert(severity), to: receiver)
    }

    private func expect(_ request: ServerRequest, _ json: String) throws {
        func object(_ text: String) throws -> NSDictionary? {
            try JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSDictionary
        }
        #expect(try object(request.body ?? "") == (try object(json)), "\(request.body ?? "")")
        #expect(request.method == "POST")
        #expect(request.headers.contains(.init("Content-Type", "application/json")))
    }

    @Test("Slack gets an attachment with fields, in red for an error, and its markup escaped")
    func slack() throws {
        let request = try request(.slack, .error)
        try expect(
            request,
            """
            {"channel":"general","username":"flagger","icon_emoji":":rocket:","attachments":[{
              "color":"danger","author_name":"podinfo.test","text":"success rate 90% &lt; 99%","mrkdwn_in":["text"],
              "fields":[{"title":"Cluster","value":"blue &amp; green","short":false},
                        {"title":"Target","value":"Process/podinfo.test","short":false}]}]}
            """)
        #expect(request.url == "http://chat.test/hook")
        #expect(try self.request(.slack, .warn).body?.contains(#""color":"good""#) == true)
    }

    @Test("Slack's API gets the secret's token and address, which win over the provider's")
    func slackToken() throws {
        let request = try request(
            .slack, .info,
            credentials: ["address": "https://slack.test/api/chat.postMessage\n", "token": "xoxb"],
            channel: "releases")
        #expect(request.url == "https://slack.test/api/chat.postMessage")
        #expect(request.headers.contains(.init("Authorization", "Bearer xoxb")))
        #expect(request.body?.contains(#""channel":"releases""#) == true)
        #expect(
            SlackNotifier().refusal(in: #"{"ok":false,"error":"invalid_auth"}"#)?.contains("invalid_auth")
                == true)
        #expect(SlackNotifier().refusal(in: #"{"ok":true}"#) == nil)
        #expect(SlackNotifier().refusal(in: "ok") == nil)
    }

    @Test(
        "Discord is sent Slack's message at its Slack address",
        arguments: [
            ("http://d.test/api/webhooks/1/x", "http://d.test/api/webhooks/1/x/slack"),
            ("http://d.test/api/webhooks/1/x/slack", "http://d.test/api/webhooks/1/x/slack"),
            ("http://d.test/hook/?thread_id=1", "http://d.test/hook/slack?thread_id=1"),
        ])
    func discord(address: String, expected: String) throws {
        let request = try request(.discord, .error, address: address)
        #expect(request.url == expected)
        #expect(request.body?.contains(#""text":"success rate 90% < 99%""#) == true)
        #expect(request.body?.contains(#""color":"danger""#) == true)
    }

    @Test("Rocket.Chat gets colours in hexadecimal")
    func rocket() throws {
        #expect(try request(.rocket, .error).body?.contains(##""color":"#FF0000""##) == true)
        #expect(try request(.rocket, .warn).body?.contains(##""color":"#0076D7""##) == true)
    }

    @Test("Teams gets a MessageCard with facts")
    func teams() throws {
        try expect(
            try request(.msteams, .error),
            """
            {"@type":"MessageCard","@context":"http://schema.org/extensions","themeColor":"FF0000",
             "summary":"podinfo.test","sections":[{"activityTitle":"success rate 90% < 99%",
             "activitySubtitle":"podinfo.test","facts":[{"name":"Cluster","value":"blue & green"},
             {"name":"Target","value":"Process/podinfo.test"}]}]}
            """)
    }

    @Test("Google Chat gets a card of paragraphs, with its markup escaped")
    func googleChat() throws {
        try expect(
            try request(.gchat, .info),
            """
            {"cards":[{"header":{"title":"Aviary","subtitle":"podinfo.test"},"sections":[
             {"widgets":[{"textParagraph":{"text":"<font color=#848484><strong>success rate 90% &lt; 99%</strong></font>"}}]},
             {"widgets":[{"textParagraph":{"text":"Cluster<br><font color=#848484><strong>blue &amp; green</strong></font>"}}]},
             {"widgets":[{"textParagraph":{"text":"Target<br><font color=#848484><strong>Process/podinfo.test</strong></font>"}}]}]}]}
            """)
    }

    @Test(
        "an alert goes to those who asked for its severity or less",
        arguments: [(Alert.Severity.info, ["a"]), (.warn, ["a", "b"]), (.error, ["a", "b", "c"])])
    func severity(severity: Alert.Severity, expected: [String]) {
        let routes = [("a", Alert.Severity.info), ("b", .warn), ("c", .error)].map {
            AlertSettings.Route(name: $0.0, minimum: $0.1, provider: .test("chat"))
        }
        let settings = AlertSettings(routes: routes, facts: [], metadata: [AlertFact("Target", "x")])
        let messages = settings.messages(
            for: Alert(severity, "x"), canary: .test("podinfo"), phase: nil, checksum: "")
        #expect(messages.map(\.name) == expected)
        #expect(messages.allSatisfy { $0.facts.isEmpty })
    }

    @Test(
        "tells the strategy as the peer does",
        arguments: [
            ("stepWeight: 10, maxWeight: 50", "Weight step: 10 max: 50"),
            ("stepWeights: [1, 5]", "Weight steps: 1,5 max: 100"), ("iterations: 3", "Blue/Green"),
            ("iterations: 3, match: [{headers: {a: {exact: b}}}]", "A/B Testing"),
        ])
    func facts(analysis: String, routing: String) throws {
        let canary = try Canary.test(analysis: analysis)
        let settings = AlertSettings(canary, cluster: "blue")
        #expect(settings.facts == [AlertFact("Cluster", "blue")])
        #expect(
            settings.metadata == [
                AlertFact("Target", "Deployment/app.test"), AlertFact("Failed checks threshold", "3"),
                AlertFact("Progress deadline", "600s"), AlertFact("Traffic routing", routing),
            ])
    }
}
