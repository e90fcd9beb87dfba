import Standalone

/// What one hook answered, over all its calls.
struct HookTally: Encodable {
    let canary: String
    let type: String
    let name: String
    var calls = 0
    var passed = 0
    var lastAnswer = ""

    /// Sums up calls, in the order in which hooks were first called.
    static func of(_ calls: [HistoryLine]) -> [HookTally] {
        var order: [String] = []
        var tallies: [String: HookTally] = [:]
        for call in calls {
            let canary = "\(call.canary).\(call.namespace)"
            let key = "\(canary)/\(call.hookType ?? "")/\(call.name ?? "")"
            if tallies[key] == nil { order.append(key) }
            var tally =
                tallies[key] ?? HookTally(canary: canary, type: call.hookType ?? "", name: call.name ?? "")
            tally.calls += 1
            tally.passed += call.passed == true ? 1 : 0
            tally.lastAnswer = call.status.map { "HTTP \($0)" } ?? "no answer"
            tallies[key] = tally
        }
        return order.compactMap { tallies[$0] }
    }

    static func table(_ tallies: [HookTally]) -> TextTable {
        TextTable(
            rows: [["CANARY", "TYPE", "NAME", "CALLS", "PASSED", "LASTANSWER"]]
                + tallies.map { [$0.canary, $0.type, $0.name, "\($0.calls)", "\($0.passed)", $0.lastAnswer] })
    }
}
