import Glibc
import NIOCore
import NIOPosix

/// A pipe whose write end goes to a process, and whose read end fills an ``OutputTail``.
struct OutputPipe: Sendable {
    /// The end for the process; whoever starts the process closes it.
    let writeEnd: CInt
    private let channel: any Channel

    /// Opens the pipe and begins to read.
    init(to output: OutputTail) async throws {
        var ends: [CInt] = [-1, -1]
        guard pipe(&ends) == 0 else { throw IOError(errnoCode: errno, reason: "pipe") }
        // Or a process started meanwhile would hold the pipe open.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let readEnd = ends[0]
        writeEnd = ends[1]
        do {
            channel = try await NIOPipeBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .takingOwnershipOfDescriptor(input: readEnd) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(OutputReader(output: output))
                        return channel
                    }
                }
        } catch {
            Glibc.close(readEnd)
            Glibc.close(writeEnd)
            throw error
        }
    }

    /// Returns when every process has closed the write end, or after ``close()``.
    func waitUntilClosed() async {
        // Closing cannot fail in a way that matters: the pipe is gone either way.
        try? await channel.closeFuture.get()
    }

    /// Stops reading.
    func close() {
        channel.close(promise: nil)
    }
}

private final class OutputReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let output: OutputTail

    init(output: OutputTail) { self.output = output }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        output.append(unwrapInboundIn(data).readableBytesView)
    }
}
