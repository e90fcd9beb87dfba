/// The HTTP/2 connections of one event loop that were written to: what one read leads to is sent in one go.
final class FlushQueue {
    private var links: [HTTP2Link] = []
    private var isFlushing = false
    private var isBatching = false

    /// Has a connection flushed, soon while a batch is under way, else now.
    func add(_ link: HTTP2Link) {
        guard !link.isInFlushQueue else { return }
        link.isInFlushQueue = true
        links.append(link)
        if !isBatching { flush() }
    }

    /// Holds flushes back until ``endBatch()``.
    func beginBatch() { isBatching = true }

    func endBatch() {
        isBatching = false
        flush()
    }

    private func flush() {
        // A flush lets bodies go on, which leads to more of them.
        guard !isFlushing else { return }
        isFlushing = true
        while let link = links.popLast() {
            link.isInFlushQueue = false
            link.context?.flush()
        }
        isFlushing = false
    }
}
