import Foundation
import Testing

@testable import Dashboard

struct TerminalViewTests {
    static let noon = Date(timeIntervalSince1970: 12 * 3600 + 34 * 60 + 56)
    static let utc = TimeZone(secondsFromGMT: 0) ?? .current

    private func view(_ columns: Int, _ rows: Int) -> TerminalView {
        TerminalView(size: TerminalSize(columns: columns, rows: rows), timeZone: Self.utc)
    }

    private var podinfo: CanaryView {
        var canary = CanaryView(namespace: "test", name: "podinfo", phase: "Progressing", weight: 30)
        canary.failedChecks = 1
        canary.threshold = 3
        canary.revision = "5d4f2a"
        canary.primary = .init(ready: 2, wanted: 2)
        canary.canary = .init(ready: 1, wanted: 2)
        canary.successRate = 99.84
        canary.p99 = .microseconds(12_400)
        canary.waitingFor = "confirm-promotion approve"
        return canary
    }

    private func line(_ kind: FeedLine.Kind, _ text: String = "") -> FeedLine {
        FeedLine(
            time: Self.noon, canary: "podinfo.test", phase: "Progressing", weight: 30, kind: kind, text: text)
    }

    @Test("shows phase, weight bar, failed checks, details, gate and the recent feed")
    func wholeFrame() {
        let answer = HookAnswer(
            type: "pre-rollout", name: "acceptance-test", status: 200, latency: .milliseconds(12),
            body: "ok\n")
        let feed = [
            line(.event(.normal), "Advance podinfo.test canary weight 30"),
            line(.hook(answer)),
            line(.metric(name: "request-success-rate", value: 99.84, passed: true)),
        ]
        let frame = view(80, 24).render([podinfo], feed: feed, now: Self.noon)
        #expect(
            frame.text == [
                "aviary  1 canary                                                        12:34:56",
                "podinfo.test  Progressing       [####..........] 30%   failed checks 1/3",
                "  revision 5d4f2a, primary 2/2 ready, canary 1/2 ready, success 99.8%, p99 12ms",
                "  waiting for confirm-promotion approve",
                String(repeating: "-", count: 80),
                "12:34:56 podinfo.test Advance podinfo.test canary weight 30",
                "12:34:56 podinfo.test pre-rollout acceptance-test 200 12ms ok",
                "12:34:56 podinfo.test metric request-success-rate 99.8 passed",
            ])
    }

    @Test("shows mirroring and iterations")
    func iterations() {
        var canary = CanaryView(namespace: "test", name: "podinfo", phase: "Progressing", weight: 0)
        canary.isMirrored = true
        canary.iterations = (3, 10)
        let frame = view(80, 10).render([canary], feed: [], now: Self.noon)
        #expect(
            frame.text[1]
                == "podinfo.test  Progressing       [..............] 0%   mirrored  iteration 3/10")
    }

    @Test("leaves the bar out and cuts lines where the terminal is narrow")
    func narrow() {
        let frame = view(30, 10).render([podinfo], feed: [], now: Self.noon)
        #expect(
            frame.text
                == [
                    "aviary  1 canary      12:34:56",
                    "podinfo.t…  Progressing  30% …",
                    "  revision 5d4f2a, primary 2/…",
                    "  waiting for confirm-promoti…",
                ])
    }

    @Test(
        "never exceeds the terminal, whatever its size",
        arguments: [(1, 1), (2, 3), (5, 2), (13, 4), (40, 6), (59, 8), (60, 8), (200, 50)])
    func bounds(columns: Int, rows: Int) {
        let feed = (0..<100).map { line(.event(.warning), "日本語 text \($0) \u{1B}[2J") }
        let canaries = (0..<9).map { number in
            var canary = podinfo
            canary.name = "名前\(number)"
            return canary
        }
        let frame = view(columns, rows).render(canaries, feed: feed, now: Self.noon)
        #expect(frame.text.count <= rows)
        #expect(frame.text.allSatisfy { $0.displayWidth <= columns })
    }

    @Test("puts rollouts under way first, tells how many are left out, and keeps room for the feed")
    func manyCanaries() {
        var canaries = (0..<8).map {
            CanaryView(namespace: "test", name: "idle\($0)", phase: "Succeeded", weight: 0)
        }
        canaries.append(CanaryView(namespace: "test", name: "moving", phase: "Progressing", weight: 10))
        let feed = (0..<10).map { line(.event(.normal), "message \($0)") }
        let text = view(60, 12).render(canaries, feed: feed, now: Self.noon).text
        #expect(text.count == 12)
        #expect(text[1].hasPrefix("moving.test"))
        #expect(text.contains("… and 3 more"))
        #expect(text.last == "12:34:56 podinfo.test message 9")
    }

    @Test("colours the phase and the hook's status, and writes no colours when told not to")
    func colours() {
        let failed = HookAnswer(type: "rollout", name: "load", status: 503, latency: .seconds(2))
        let canary = CanaryView(namespace: "test", name: "podinfo", phase: "Failed", weight: 0)
        let frame = view(80, 10).render([canary], feed: [line(.hook(failed))], now: Self.noon)
        #expect(frame.redrawing(colours: true).contains("\u{1B}[31mFailed          \u{1B}[0m"))
        #expect(frame.redrawing(colours: true).contains("\u{1B}[31m503\u{1B}[0m"))
        #expect(!frame.redrawing(colours: false).contains("m503"))
        #expect(frame.redrawing(colours: false).hasPrefix("\u{1B}[?2026h\u{1B}[?7l\u{1B}[Haviary"))
    }

    @Test("clears the rest of short lines, but not the last cell of a full one")
    func clearing() {
        let frame = view(30, 10).render([podinfo], feed: [], now: Self.noon)
        let bytes = frame.redrawing(colours: false)
        #expect(bytes.contains("12:34:56\r\n"))
        let short = view(80, 10).render([podinfo], feed: [], now: Self.noon)
        #expect(short.redrawing(colours: false).contains("approve\u{1B}[K\u{1B}[J"))
    }

    @Test("lets no hook's body act on the terminal")
    func escapeInjection() {
        let body = "\u{1B}]0;owned\u{07}\u{1B}[2J\r\nhidden\u{202E}\u{9B}31m\u{85}"
        let answer = HookAnswer(type: "rollout", name: "x", status: 500, latency: .zero, body: body)
        let frame = view(120, 10).render([podinfo], feed: [line(.hook(answer))], now: Self.noon)
        let controls = frame.text.joined().unicodeScalars.filter { $0.properties.generalCategory == .control }
        #expect(controls.isEmpty)
        #expect(
            frame.text.last
                == "12:34:56 podinfo.test rollout x 500 0.0ms ␛]0;owned␇␛[2J hidden\u{FFFD}\u{FFFD}31m")
    }

    @Test(
        "fills the bar in proportion",
        arguments: [(0, 0), (1, 0), (30, 3), (50, 5), (100, 10), (150, 10), (-5, 0)])
    func bar(weight: Int, filled: Int) {
        let expected =
            "[" + String(repeating: "#", count: filled) + String(repeating: ".", count: 10 - filled) + "]"
        #expect(weightBar(weight, width: 12) == expected)
    }
}
