import Delivery
import FlaggerAPI

extension WorldState {
    /// A commit owes every event hook a call for each announcement, in order, and says what it moves.
    mutating func checkCommit(_ commit: Commit) {
        let moves = commit.history.compactMap { if case .moved(let status) = $0.kind { status } else { nil } }
        expect(
            moves == [commit.status].compactMap { $0 }, .committedTogether,
            "\(moves.count) moves in one commit")
        let told = commit.history.compactMap {
            if case .announced(let announcement) = $0.kind { announcement.text } else { nil }
        }
        for hook in plan.hooks(at: .eachEvent) {
            let payloads = commit.owed.compactMap { call -> CanaryWebhookPayload? in
                guard case .eventHook(let name, _, let payload) = call, name == hook.name else { return nil }
                return payload
            }
            expect(
                payloads.map { $0.metadata["eventMessage"] } == told, .committedTogether,
                "\(hook.name) is owed \(payloads.count) calls for \(told)")
            ledger.expectedEvents[hook.index, default: []] += payloads
        }
    }

    /// An event hook hears what was committed, with that payload, in order; after a crash the last call again.
    mutating func checkHeard(_ index: Int, _ payload: CanaryWebhookPayload) {
        let expected = ledger.expectedEvents[index] ?? []
        let heard = ledger.heardEvents[index] ?? 0
        if heard < expected.count, expected[heard] == payload {
            ledger.heardEvents[index] = heard + 1
        } else {
            let isRepeated = heard > 0 && expected[heard - 1] == payload
            expect(
                isRepeated, .eventOrder,
                "heard \(payload), was owed \(heard < expected.count ? "\(expected[heard])" : "nothing")")
        }
    }

    /// At the end nothing is owed any more, and every event hook has heard everything.
    mutating func checkNothingOwed() {
        expect(owed.isEmpty, .eventsHeard, "\(owed.count) calls still owed")
        for (index, expected) in ledger.expectedEvents {
            let heard = ledger.heardEvents[index] ?? 0
            expect(heard == expected.count, .eventsHeard, "hook \(index) heard \(heard) of \(expected.count)")
        }
    }
}
