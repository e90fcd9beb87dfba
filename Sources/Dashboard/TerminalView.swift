public import Foundation

/// Lays out canaries and their recent history for a terminal; pure.
public struct TerminalView: Sendable {
    /// Cells to fill at most.
    public var size: TerminalSize
    /// The zone times are shown in.
    public var timeZone: TimeZone

    /// A view of the given size.
    public init(size: TerminalSize, timeZone: TimeZone = .current) {
        self.size = size
        self.timeZone = timeZone
    }

    /// Renders one frame: the canaries on top, and the newest of the feed (given oldest first) below.
    ///
    /// Where not all fits, canaries in motion come before those at rest, and the feed keeps a third.
    public func render(_ canaries: [CanaryView], feed: [FeedLine], now: Date) -> Frame {
        guard size.rows > 0, size.columns > 0 else { return Frame(lines: [], columns: 0) }
        var lines = [header(canaries, now: now)]
        let feedRoom = min(feed.count + 1, max(size.rows / 3, 1))
        lines += blocks(canaries, room: size.rows - lines.count - feedRoom, now: now)
        let room = size.rows - lines.count - 1
        if !feed.isEmpty, room > 0 {
            lines.append(StyledLine(String(repeating: "-", count: size.columns), .dim))
            lines += feed.suffix(room).map(feedLine)
        }
        return Frame(
            lines: lines.prefix(size.rows).map { $0.fitted(to: size.columns) }, columns: size.columns)
    }

    private func header(_ canaries: [CanaryView], now: Date) -> StyledLine {
        let count = canaries.count == 1 ? "1 canary" : "\(canaries.count) canaries"
        var line = StyledLine("aviary", .bold)
        line.append("  \(count)")
        let clock = timeOfDay(now, in: timeZone)
        let gap = size.columns - line.width - clock.count
        if gap > 0 { line.append(String(repeating: " ", count: gap) + clock, .dim) }
        return line
    }

    private func blocks(_ canaries: [CanaryView], room: Int, now: Date) -> [StyledLine] {
        let nameWidth = min(max(canaries.map { $0.id.displayWidth }.max() ?? 0, 12), size.columns / 3)
        var lines: [StyledLine] = []
        let ordered = canaries.filter(\.isMoving) + canaries.filter { !$0.isMoving }
        for (index, canary) in ordered.enumerated() {
            let block = self.lines(of: canary, nameWidth: nameWidth, now: now)
            let isLast = index == ordered.count - 1
            guard lines.count + block.count + (isLast ? 0 : 1) <= max(room, 1) else {
                let rest = ordered.count - index
                lines.append(StyledLine("… and \(rest) more", .dim))
                break
            }
            lines += block
        }
        return lines
    }
}

extension CanaryView {
    /// Whether a rollout is under way.
    fileprivate var isMoving: Bool { !["Initialized", "Succeeded", "Failed", "Terminated"].contains(phase) }
}
