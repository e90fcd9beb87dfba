/// Holds a task until it is opened.
struct Latch: Sendable {
    private let opens: AsyncStream<Void>
    private let opening: AsyncStream<Void>.Continuation

    init() { (opens, opening) = AsyncStream.makeStream() }

    func wait() async { for await _ in opens { return } }

    func open() { opening.yield() }
}
