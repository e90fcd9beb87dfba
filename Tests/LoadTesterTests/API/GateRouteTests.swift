import Foundation
import LoadTester
import Testing

@Suite("Gates over HTTP")
struct GateRouteTests {
    private let podinfo = #"{"name":"podinfo","namespace":"test"}"#

    @Test("is closed by default, opens, and closes again", arguments: ["gate", "rollback"])
    func opensAndCloses(_ kind: String) async throws {
        try await LiveServer.run { server async throws in
            #expect(try await server.send("/\(kind)/check", podinfo) == .init(status: 403, body: "Forbidden"))
            #expect(try await server.send("/\(kind)/open", podinfo) == .init(status: 202, body: ""))
            #expect(try await server.send("/\(kind)/check", podinfo) == .init(status: 200, body: "Approved"))
            #expect(try await server.send("/\(kind)/close", podinfo) == .init(status: 202, body: ""))
            #expect(try await server.send("/\(kind)/check", podinfo).status == 403)
        }
    }

    @Test("takes any method", arguments: ["GET", "PUT", "DELETE", "PATCH"])
    func anyMethod(_ method: String) async throws {
        try await LiveServer.run { server async throws in
            #expect(try await server.send("/gate/open", podinfo, method: method).status == 202)
            #expect(try await server.send("/gate/check", podinfo, method: method).status == 200)
        }
    }

    @Test("keeps kinds, canaries and named gates apart")
    func keepsGatesApart() async throws {
        try await LiveServer.run { server async throws in
            _ = try await server.send("/gate/open?gate=qa", podinfo)
            #expect(try await server.send("/gate/check?gate=qa", podinfo).status == 200)
            #expect(try await server.send("/gate/check", podinfo).status == 403)
            #expect(try await server.send("/gate/check?gate=ops", podinfo).status == 403)
            #expect(try await server.send("/rollback/check?gate=qa", podinfo).status == 403)
            let other = #"{"name":"podinfo","namespace":"prod"}"#
            #expect(try await server.send("/gate/check?gate=qa", other).status == 403)
            let named = #"{"name":"podinfo","namespace":"test","metadata":{"gate":"qa"}}"#
            #expect(try await server.send("/gate/check", named).status == 200)
        }
    }

    @Test(
        "refuses to move a gate that names no canary, and says which field is missing",
        arguments: [(#"{"namespace":"test"}"#, "name"), (#"{"name":"podinfo"}"#, "namespace")])
    func refusesNameless(_ body: String, _ field: String) async throws {
        try await LiveServer.run { server async throws in
            let answer = try await server.send("/gate/open", body)
            #expect(answer.status == 400)
            #expect(answer.body.hasPrefix("\(field) is missing"))
        }
    }

    @Test(
        "names the field of a wrong type",
        arguments: [
            (#"{"name":3}"#, "name"), (#"{"metadata":{"a":1}}"#, "metadata.a"),
            (#"{"metadata":[]}"#, "metadata"), (#"{"reason":{}}"#, "reason"),
        ])
    func namesField(_ body: String, _ field: String) async throws {
        try await LiveServer.run { server async throws in
            let answer = try await server.send("/gate/check", body)
            #expect(answer.status == 400)
            #expect(answer.body.hasPrefix("\(field) must be"), "\(answer.body)")
        }
    }

    @Test("answers 413 to a body of more than 1 MiB, and takes one just below")
    func bodyLimit() async throws {
        try await LiveServer.run { server async throws in
            let padding = String(repeating: "x", count: 1 << 20)
            let tooLarge = #"{"name":"podinfo","namespace":"test","extra":"\#(padding)"}"#
            #expect(try await server.send("/gate/check", tooLarge).status == 413)
            let large = #"{"name":"podinfo","namespace":"test","extra":"\#(padding.dropLast(100))"}"#
            #expect(try await server.send("/gate/check", large).status == 403)
        }
    }

    @Test("refuses a namespace outside of the regexp on every path that names one")
    func namespaceFilter() async throws {
        try await LiveServer.run(namespaces: "^prod$") { server async throws in
            for path in ["/gate/open", "/gate/close", "/gate/check", "/rollback/open", "/rollback/close"] {
                #expect(try await server.send(path, podinfo) == .init(status: 403, body: "Forbidden"))
            }
            #expect(try await server.gates.list().isEmpty)
        }
    }

    @Test(
        "is not fooled by a namespace with a line break behind it",
        arguments: ["prod\\n", "prod\\r\\n", "prod\\u2028", "prod\\u0085", "x\\nprod", "prod\\nx"])
    func namespaceWithLineBreak(_ namespace: String) async throws {
        try await LiveServer.run(namespaces: "^prod$") { server async throws in
            let body = #"{"name":"podinfo","namespace":"\#(namespace)"}"#
            let answer = try await server.send("/gate/open", body)
            #expect(
                answer == .init(status: 403, body: "Forbidden")
                    || answer.status == 400 && answer.body.hasPrefix("namespace holds a control character"))
            #expect(try await server.gates.list().isEmpty)
        }
    }

    @Test(
        "refuses control characters in names: a NUL would end the name on its way into the database",
        arguments: [
            ("name", #"{"name":"podinfo\u0000x","namespace":"test"}"#, ""),
            ("namespace", #"{"name":"podinfo","namespace":"other\u0000test"}"#, ""),
            ("checksum", #"{"name":"podinfo","namespace":"test","checksum":"r1\u0000r2"}"#, ""),
            ("phase", #"{"name":"podinfo","namespace":"test","phase":"a\nb"}"#, ""),
            ("gate", #"{"name":"podinfo","namespace":"test"}"#, "?gate=qa%00x"),
        ])
    func controlCharacters(_ field: String, _ body: String, _ query: String) async throws {
        try await LiveServer.run(namespaces: "test$") { server async throws in
            for path in ["/gate/open", "/gate/check", "/rollback/close"] {
                let answer = try await server.send(path + query, body)
                #expect(answer.status == 400)
                #expect(answer.body.hasPrefix("\(field) holds a control character"), "\(answer.body)")
            }
            #expect(try await server.gates.list().isEmpty)
        }
    }

    @Test(
        "refuses a gate that would never be open, and names the field",
        arguments: ["until=0s", "until=2000-01-01T00:00:00Z", "after=2h&until=1h", "after=1h&until=1h"])
    func neverOpen(_ query: String) async throws {
        try await LiveServer.run { server async throws in
            let answer = try await server.send("/gate/open?\(query)", podinfo)
            #expect(answer.status == 400)
            #expect(answer.body.hasPrefix("until "), "\(answer.body)")
            #expect(try await server.send("/gate/open?after=1h&until=2h", podinfo).status == 202)
        }
    }

    @Test("hides other namespaces from listings, and refuses to list one by name")
    func listingsAreFiltered() async throws {
        let gates = try GateStore.inMemory()
        for namespace in ["prod", "test"] {
            try await gates.open(
                GateKey(.gate, namespace: namespace, name: "podinfo"), by: GateMove(actor: "ann"))
        }
        try await LiveServer.run(gates: gates, namespaces: "^prod$") { server async throws in
            for path in ["/gates", "/gates/history", "/tasks"] {
                let all = try await server.send(path, nil, method: "GET")
                #expect(all.status == 200)
                #expect(!all.body.contains("test"), "\(path): \(all.body)")
                let other = try await server.send("\(path)?namespace=test", nil, method: "GET")
                #expect(other == .init(status: 403, body: "Forbidden"))
                #expect(try await server.send("\(path)?namespace=prod%0A", nil, method: "GET").status == 403)
                #expect(try await server.send("\(path)?namespace=prod", nil, method: "GET").status == 200)
            }
        }
    }

    @Test(
        "refuses names that are too long to be kept, and names the field",
        arguments: ["name", "namespace", "phase", "checksum", "reason", "gate"])
    func longNames(_ field: String) async throws {
        try await LiveServer.run { server async throws in
            let long = String(repeating: "x", count: 5000)
            let body =
                field == "gate"
                ? #"{"name":"podinfo","namespace":"test","metadata":{"gate":"\#(long)"}}"#
                : #"{"\#(field)":"\#(long)"}"#
            let answer = try await server.send("/gate/check", body)
            #expect(answer.status == 400)
            #expect(answer.body.hasPrefix("\(field) is longer than"), "\(answer.body)")
        }
    }

    @Test("lists who moved a gate and why, and what waits at it")
    func lists() async throws {
        try await LiveServer.run { server async throws in
            let why = #"{"name":"podinfo","namespace":"test","reason":"looks good"}"#
            _ = try await server.send("/gate/open", why, headers: ["X-Aviary-Actor": "ann"])
            let asks = #"{"name":"podinfo","namespace":"test","phase":"WaitingPromotion","checksum":"c1"}"#
            _ = try await server.send("/gate/check?gate=qa", asks)
            _ = try await server.send("/gate/check?gate=qa", asks)
            let listing = try Listing(json: try await server.get("/gates"))
            #expect(listing.gates.map(\.gate) == ["", "qa"])
            #expect(listing.gates.map(\.isOpen) == [true, false])
            #expect(listing.gates[0].lastChange?.actor == "ann")
            #expect(listing.gates[0].lastChange?.reason == "looks good")
            #expect(listing.gates[1].waiting?.checks == 2)
            #expect(listing.gates[1].waiting?.phase == "WaitingPromotion")
            #expect(listing.gates[1].waiting?.checksum == "c1")
        }
    }

    @Test("names the client's address in the audit trail when it names no actor")
    func actorIsAddress() async throws {
        try await LiveServer.run { server async throws in
            let why = #"{"name":"podinfo","namespace":"test","metadata":{"reason":"by hook"}}"#
            _ = try await server.send("/gate/open", why)
            let change = try #require(try await server.gates.history().first)
            #expect(change.actor == "127.0.0.1")
            #expect(change.reason == "by hook")
        }
    }

    @Test(
        "refuses a time or a number that is none, and names the field",
        arguments: [
            ("/gate/open?until=tomorrow", "until"), ("/gate/open?after=-2h", "after"),
            ("/gate/check?approvals=0", "approvals"), ("/gate/check?scope=mine", "scope"),
        ])
    func refusesSettings(_ path: String, _ field: String) async throws {
        try await LiveServer.run { server async throws in
            let answer = try await server.send(path, podinfo)
            #expect(answer.status == 400)
            #expect(answer.body.hasPrefix("\(field) "))
        }
    }

    private struct Listing: Decodable {
        struct Gate: Decodable {
            struct Change: Decodable {
                let actor: String
                let reason: String
            }
            struct Waiting: Decodable {
                let checks: Int
                let phase: String
                let checksum: String
            }
            let gate: String
            let isOpen: Bool
            let lastChange: Change?
            let waiting: Waiting?
        }

        let gates: [Gate]

        init(json: String) throws {
            self = try JSONDecoder().decode(Self.self, from: Data(json.utf8))
        }
    }
}
