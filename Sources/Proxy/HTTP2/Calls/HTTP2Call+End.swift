import NIOHTTP2

extension HTTP2Call {
    /// The client wants the response no more, or is gone.
    func cancelled(_ code: HTTP2ErrorCode) {
        guard state != .closed else { return }
        count(status >= 500 || hasExpired ? .failed : .cancelled)
        leaveReplica(cancelling: code)
        close()
    }

    /// The client's own time-out for the call has passed or is about to: that is why it gives it up.
    private var hasExpired: Bool {
        guard expiry != .max else { return false }
        // The client's clock began to run a little before ours.
        let timeout = expiry &- started &- loop.times.linger / 2
        return loop.clock.now() &- started >= timeout &- min(timeout / 10, 50_000_000)
    }

    func deadlinePassed() {
        deadline = .max
        if response.isBlocked || state == .answered {
            // The client does not read.
            count(status >= 500 ? .failed : .cancelled)
            reset(.cancel)
        } else if loop.coarseNow >= expiry {
            timedOut(.deadlineExceeded)
        } else if state == .running, !isGRPC, !request.isEnded, !request.isBlocked, !isResponseBegun {
            refuse(.requestTimeout)
        } else {
            timedOut(.gatewayTimeout)
        }
    }

    /// The replica did not answer in time, or paused for too long.
    private func timedOut(_ reply: ErrorReply) {
        guard isResponseBegun else { return answer(reply) }
        count(.failed)
        reset(.cancel)
    }
}
