import Testing

@testable import Rollout

/// The measured timelines of the peer, with every difference beside them.
@Suite struct TimelineTests {
    @Test(
        "replays the peer's order of hooks and words of events but for the listed differences",
        arguments: [
            Timeline.c4Rollout, .c9Slow, .c10Answers204, .g1Passes, .g3Promotion,
        ])
    func replays(_ timeline: Timeline) {
        let lines = Rehearsal.lines(timeline.plan, answers: timeline.answers, ticks: timeline.ticks)
        let expected = timeline.ours
        for (index, pair) in zip(lines, expected).enumerated() {
            #expect(pair.0 == pair.1, "line \(index + 1)")
            if pair.0 != pair.1 { break }
        }
        #expect(lines.count == expected.count, "\(lines.joined(separator: "\n"))")
    }
}
