import Foundation
import Glibc
import Testing

@testable import Dashboard

struct FeedTests {
    private func line(_ kind: FeedLine.Kind, _ text: String = "") -> FeedLine {
        FeedLine(
            time: TerminalViewTests.noon, canary: "podinfo.test", phase: "Progressing", weight: 30,
            kind: kind,
            text: text)
    }

    /// Collects what a display writes to a pipe.
    private func written(_ body: (Int32) throws -> Void) throws -> String {
        let pipe = Pipe()
        try body(pipe.fileHandleForWriting.fileDescriptor)
        try pipe.fileHandleForWriting.close()
        return String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    }

    @Test(
        "writes one line an event",
        arguments: [
            (
                FeedLine.Kind.event(.normal), "Advance podinfo.test canary weight 30",
                "Advance podinfo.test canary weight 30"
            ),
            (.event(.warning), "Halt\nadvancement", "warning: Halt advancement"),
            (.alert, "sent", "alert: sent"),
            (
                .metric(name: "request-duration", value: nil, passed: false), "",
                "metric request-duration no traffic failed"
            ),
            (
                .hook(
                    .init(
                        type: "rollout", name: "load", status: nil, latency: .seconds(10),
                        failure: "timed out")), "",
                "hook rollout load timed out 10s"
            ),
        ])
    func plain(kind: FeedLine.Kind, text: String, expected: String) {
        let written = PlainFeed.text(of: line(kind, text), timeZone: TerminalViewTests.utc)
        #expect(written == "12:34:56 podinfo.test Progressing 30% " + expected)
    }

    @Test("writes plain lines to a pipe")
    func pipe() throws {
        let text = try written { descriptor in
            let display = makeRolloutDisplay(descriptor: descriptor, environment: ["TERM": "xterm"])
            #expect(display is PlainFeed)
            display.show([CanaryView(namespace: "test", name: "podinfo", phase: "Progressing")])
            for number in 1...3 { display.show(line(.event(.normal), "message \(number)")) }
            display.finish()
        }
        let lines = text.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines.last?.hasSuffix("podinfo.test Progressing 30% message 3") == true)
    }

    @Test("drops lines, and tells how many, when the reader does not keep up; callers never wait")
    func slowReader() throws {
        let pipe = Pipe()
        let output = OutputQueue(descriptor: pipe.fileHandleForWriting.fileDescriptor)
        let long = String(repeating: "x", count: 1000)
        let started = ContinuousClock.now
        for _ in 0..<(OutputQueue.capacity + 5000) { output.append(long) }
        #expect(ContinuousClock.now - started < .seconds(60))
        let reader = pipe.fileHandleForReading
        var text = ""
        while !text.contains("lines dropped") {
            let chunk = reader.availableData
            try #require(!chunk.isEmpty)
            text = String(text.suffix(100)) + String(decoding: chunk, as: UTF8.self)
        }
        #expect(text.contains("lines dropped: the reader is too slow"))
    }

    @Test("draws on a terminal, hides the cursor meanwhile and shows it at the end")
    func terminal() throws {
        var (controller, terminal) = (Int32(0), Int32(0))
        var size = winsize(ws_row: 10, ws_col: 70, ws_xpixel: 0, ws_ypixel: 0)
        try #require(openpty(&controller, &terminal, nil, nil, &size) == 0)
        defer {
            close(controller)
            close(terminal)
        }
        let display = makeRolloutDisplay(
            descriptor: terminal, environment: ["TERM": "xterm", "NO_COLOR": "1"])
        display.show([CanaryView(namespace: "test", name: "podinfo", phase: "Progressing", weight: 30)])
        display.finish()
        var text = ""
        while !text.contains("\u{1B}[?25h") {
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = read(controller, &bytes, bytes.count)
            try #require(count > 0)
            text += String(decoding: bytes.prefix(count), as: UTF8.self)
        }
        #expect(text.hasPrefix("\u{1B}[?25l"))
        #expect(text.contains("podinfo.test  Progressing       [####........] 30%"))
        #expect(!text.contains("\u{1B}[1m"))
    }
}
