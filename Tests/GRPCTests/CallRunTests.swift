import GRPC
import LoadGenerator
import NIOCore
import NIOHTTP2
import Testing

/// Runs of calls against servers that do not behave.
struct CallRunTests {
    private func plan(_ port: Int, total: Int = 6, concurrency: Int = 2) throws -> CallPlan {
        var plan = CallPlan(target: try CallTarget("127.0.0.1:\(port)"))
        plan.total = total
        plan.concurrency = concurrency
        plan.timeout = .seconds(60)
        plan.threads = 1
        return plan
    }

    private func codes(_ report: CallReport) -> [String: Int] {
        Dictionary(report.statusCodes.map { ($0.name, $0.count) }, uniquingKeysWith: +)
    }

    private func run(
        _ plan: CallPlan, settings: HTTP2Settings = nioDefaultSettings,
        _ script: @escaping RawHTTP2Server.Script
    ) async throws -> (CallReport, connections: Int) {
        let server = try await RawHTTP2Server.start(settings: settings, script)
        var plan = plan
        plan.target = try CallTarget("127.0.0.1:\(server.port)")
        let report = try await CallRun(plan).run()
        let connections = server.connections
        await server.stop()
        return (report, connections)
    }

    @Test(
        "tells what an answer is that is no answer",
        arguments: [
            (0, "Unavailable", "the answer is HTTP 503"), (1, "Unknown", "text/html"),
            (2, "Internal", "ended without a status"), (3, "Internal", "0 messages"),
            (4, "Internal", "broken message"), (5, "Internal", "compressed"),
            (6, "ResourceExhausted", "above"), (7, "Internal", "without a status"),
            (8, "Canceled", "reset"), (9, "Internal", "reset"), (10, "NotFound", "no such thing"),
        ])
    func wrongAnswers(kind: Int, code: String, words: String) async throws {
        let (report, _) = try await run(try plan(1)) { call in
            switch kind {
            case 0: call.headers([":status": "503"], endStream: true)
            case 1:
                call.headers([":status": "200", "content-type": "text/html"])
                call.data(Array("<p>".utf8), endStream: true)
            case 2:
                call.headers([":status": "200", "content-type": "application/grpc"])
                call.data([0, 0, 0, 0, 0], endStream: true)
            case 3, 4, 5, 6:
                call.headers([":status": "200", "content-type": "application/grpc"])
                if kind == 4 { call.data([0, 0, 0, 0, 9, 1]) }
                if kind == 5 { call.data([1, 0, 0, 0, 0]) }
                if kind == 6 { call.data([0, 0xff, 0, 0, 0]) }
                if kind < 5 { call.headers(["grpc-status": "0"], endStream: true) }
            case 7: call.headers([":status": "200", "content-type": "application/grpc"], endStream: true)
            case 8: call.write(.rstStream(.cancel))
            case 9: call.write(.rstStream(.protocolError))
            default:
                call.headers(
                    [
                        ":status": "200", "content-type": "application/grpc", "grpc-status": "5",
                        "grpc-message": "no%20such thing",
                    ], endStream: true)
            }
        }
        #expect(codes(report) == [code: 6])
        #expect(report.errors.keys.allSatisfy { $0.contains(words) }, "\(report.errors)")
        #expect(report.latency.slowest == 0)
    }

    @Test("gets the answer of each call that a server going away has taken")
    func goAway() async throws {
        let peer = try await PythonPeer.serve()
        let schema = try ProtoFiles.schema(PythonPeer.folder + "/shop.proto")
        var plan = try plan(peer.port, concurrency: 8)
        plan.method = try MethodName("aviary.shop.Shop/Place")
        plan.messages = [
            try MessageEncoder(schema: schema).encode(
                .object(["delay_milliseconds": .integer(20)]), as: "aviary.shop.Order")
        ]
        plan.duration = .seconds(2)
        async let running = CallRun(plan).run()
        try await peer.awaitOrders(20)
        peer.drain()
        let report = try await running
        let taken = try await peer.stop().orders.count
        #expect(Set(codes(report).keys).isSubset(of: ["OK", "Unavailable", "Canceled"]), "\(report.errors)")
        #expect(codes(report)["OK"] == taken, "\(report.errors)")
        #expect(taken >= 20)
    }

    @Test("sends calls elsewhere that a server going away has not seen")
    func unseen() async throws {
        let (report, connections) = try await run(try plan(1, total: 12, concurrency: 6)) { call in
            guard call.connection == 1 else { return call.succeed() }
            call.write(
                .goAway(lastStreamID: 0, errorCode: .noError, opaqueData: nil), on: .rootStream)
            call.context.close(promise: nil)
        }
        #expect(codes(report) == ["OK": 12], "\(report.errors)")
        #expect(connections == 2)
    }

    @Test("sends a call again that the server refused untouched, once")
    func refusedStream() async throws {
        let (report, _) = try await run(try plan(1, total: 10, concurrency: 1)) { call in
            if call.number % 2 == 1 { call.write(.rstStream(.refusedStream)) } else { call.succeed() }
        }
        #expect(codes(report) == ["OK": 10])
        let (hopeless, _) = try await run(try plan(1)) { $0.write(.rstStream(.refusedStream)) }
        #expect(codes(hopeless) == ["Unavailable": 6])
    }

    @Test("counts calls as Unavailable that the server hangs up on, and goes on")
    func hangUp() async throws {
        let (report, connections) = try await run(try plan(1, total: 20, concurrency: 1)) { call in
            if call.number == 4 { call.context.close(promise: nil) } else { call.succeed() }
        }
        #expect(codes(report) == ["OK": 15, "Unavailable": 5])
        #expect(connections >= 5)
        #expect(report.errors.keys.contains { $0.contains("closed the connection") }, "\(report.errors)")
    }

    @Test("keeps to the number of streams that the server allows")
    func streamLimit() async throws {
        let settings: HTTP2Settings = [HTTP2Setting(parameter: .maxConcurrentStreams, value: 2)]
        let (report, connections) = try await run(
            try plan(1, total: 40, concurrency: 10), settings: settings
        ) { $0.succeed() }
        #expect(codes(report) == ["OK": 40])
        #expect(connections == 1)
    }

    @Test("reads large answers, whatever the window, and spreads calls over connections")
    func largeAnswers() async throws {
        var plan = try plan(1, total: 12, concurrency: 4)
        plan.connections = 2
        let (report, connections) = try await run(plan) { call in
            call.headers([":status": "200", "content-type": "application/grpc"])
            let length = 3_000_000
            call.data([0] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) })
            call.data([UInt8](repeating: 7, count: length))
            call.headers(["grpc-status": "0"], endStream: true)
        }
        #expect(codes(report) == ["OK": 12], "\(report.errors)")
        #expect(connections == 2)
    }

    @Test("sends messages larger than the window")
    func largeMessages() async throws {
        var plan = try plan(1)
        plan.messages = [[UInt8](repeating: 1, count: 300_000)]
        let (report, _) = try await run(plan) { $0.succeed() }
        #expect(codes(report) == ["OK": 6], "\(report.errors)")
    }

    @Test("gives up on servers that do not speak HTTP/2, or say nothing", arguments: [true, false])
    func noHTTP2(speaks: Bool) async throws {
        let server = try await SilentServer.start(speaks ? "HTTP/1.1 400 Bad Request\r\n\r\n" : "")
        var plan = try plan(server.port)
        plan.connectTimeout = speaks ? .seconds(30) : .milliseconds(300)
        plan.total = 2
        let report = try await CallRun(plan).run()
        #expect(codes(report) == ["Unavailable": 2])
        let words = speaks ? "leave --insecure out" : "timed out connecting"
        #expect(report.errors.keys.allSatisfy { $0.contains(words) }, "\(report.errors)")
        await server.stop()
    }

    @Test("with a rate, counts latency from the time a call was planned for")
    func openLoop() async throws {
        var plan = try plan(1, total: 20, concurrency: 1)
        plan.rate = 100
        // Every call takes 300 ms where one was planned every 10 ms: the last one is nearly six seconds late.
        let (open, _) = try await run(plan) { Self.after(300, $0) }
        #expect(open.latency.slowest > 5)
        #expect(open.callsPerSecond < 4)
        // With calls started on time, none waits for another.
        plan.isAsynchronous = true
        let (asynchronous, _) = try await run(plan) { Self.after(300, $0) }
        #expect(asynchronous.callsPerSecond > 5)
        #expect(codes(asynchronous) == ["OK": 20])
    }

    private static func after(_ milliseconds: Int64, _ call: RawHTTP2Server.Call) {
        call.context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(milliseconds)) {
            call.succeed()
        }
    }

    @Test(
        "treats calls under way at the end as it is told",
        arguments: [(CallPlan.DurationStop.wait, ["OK": 2]), (.close, ["Canceled": 2]), (.ignore, [:])])
    func durationStop(stop: CallPlan.DurationStop, expected: [String: Int]) async throws {
        var plan = try plan(1)
        plan.duration = .seconds(2)
        plan.durationStop = stop
        let (report, _) = try await run(plan) { Self.after(5000, $0) }
        #expect(codes(report) == expected)
        #expect(report.endReason == .timeout)
    }

    @Test("leaves the first calls out of the tally when told to")
    func skipFirst() async throws {
        var plan = try plan(1, total: 10)
        plan.skipFirst = 4
        let (report, _) = try await run(plan) { $0.succeed() }
        #expect(codes(report) == ["OK": 6])
    }
}
