import Foundation
import Standalone
import UnixSignals

/// Whoever asks a daemon a second time to stop does not want to wait for requests and processes.
struct Impatience {
    let daemon: Daemon

    /// Acts on the second SIGINT or SIGTERM and those after it; the first one is another's.
    func wait() async {
        var isFirst = true
        for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) {
            if isFirst {
                isFirst = false
                if isatty(STDERR_FILENO) == 1 {
                    StandardError.print("stopping; once more ends what is left at once")
                }
            } else {
                await daemon.hurry()
            }
        }
    }
}
