import Dispatch
import Foundation
import Glibc
import Synchronization

/// The live view: redraws the screen whenever something changed or the terminal was resized.
public final class TerminalDisplay: RolloutDisplay {
    private struct State {
        var canaries: [CanaryView] = []
        var feed: [FeedLine] = []
        var shown: Frame?
        var isFinished = false
    }

    /// Lines of history kept: no terminal shows more at once.
    private static let feedCapacity = 200

    private let output: OutputQueue
    private let descriptor: Int32
    private let colours: Bool
    private let state = Mutex(State())
    // Dispatch sources may be used from any thread; only their Swift import does not say so.
    private nonisolated(unsafe) let resizes: any DispatchSourceSignal
    private nonisolated(unsafe) let clock: any DispatchSourceTimer

    init(_ output: OutputQueue, descriptor: Int32, colours: Bool) {
        self.output = output
        self.descriptor = descriptor
        self.colours = colours
        let queue = DispatchQueue(label: "aviary.terminal")
        resizes = DispatchSource.makeSignalSource(signal: SIGWINCH, queue: queue)
        clock = DispatchSource.makeTimerSource(queue: queue)
        restoreCursorAtExit(descriptor)
        // Scrolls what was on the screen out of the way instead of overwriting it.
        let rows = TerminalSize.current(of: descriptor).rows
        output.append("\u{1B}[?25l" + String(repeating: "\n", count: rows))
        resizes.setEventHandler { [weak self] in self?.redraw(isForced: true) }
        clock.setEventHandler { [weak self] in self?.redraw() }
        clock.schedule(deadline: .now() + 1, repeating: 1)
        resizes.activate()
        clock.activate()
    }

    deinit {
        resizes.cancel()
        clock.cancel()
    }

    /// Shows the present state of all canaries.
    public func show(_ canaries: [CanaryView]) {
        state.withLock { $0.canaries = canaries }
        redraw()
    }

    /// Adds a line to the history on the screen.
    public func show(_ line: FeedLine) {
        state.withLock { state in
            state.feed.append(line)
            let excess = state.feed.count - Self.feedCapacity
            if excess > 0 { state.feed.removeFirst(excess) }
        }
        redraw()
    }

    /// Leaves the last frame on the screen, and the cursor below it.
    public func finish() {
        let isFirst = state.withLock { state in
            defer { state.isFinished = true }
            return !state.isFinished
        }
        guard isFirst else { return }
        resizes.cancel()
        clock.cancel()
        output.append("\u{1B}[?25h\r")
        output.flush()
    }

    private func redraw(isForced: Bool = false) {
        let view = TerminalView(size: .current(of: descriptor))
        let now = Date()
        let bytes: String? = state.withLock { state in
            guard !state.isFinished else { return nil }
            let frame = view.render(state.canaries, feed: state.feed, now: now)
            guard isForced || frame != state.shown else { return nil }
            state.shown = frame
            return frame.redrawing(colours: colours)
        }
        if let bytes { output.replaceFrame(bytes) }
    }
}

private let hiddenCursorDescriptor = Atomic<Int32>(-1)

/// A process that ends without `finish` must not leave a terminal without cursor.
private func restoreCursorAtExit(_ descriptor: Int32) {
    guard hiddenCursorDescriptor.exchange(descriptor, ordering: .relaxed) < 0 else { return }
    atexit {
        let show = Array("\u{1B}[?25h".utf8)
        _ = Glibc.write(hiddenCursorDescriptor.load(ordering: .relaxed), show, show.count)
    }
}
