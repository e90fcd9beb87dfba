import FlaggerAPI
import JSON

/// What a canary asks for and a provider can't do.
extension RouterType.Abilities {
    /// What of a canary's analysis is beyond these abilities, with the field and the fix; nil when nothing is.
    ///
    /// A provider that shifts no traffic at all makes a blue/green rollout of everything, as on the peer.
    func complaint(about analysis: CanaryAnalysis, provider: String) -> String? {
        guard contains(.weights) else { return nil }
        func missing(_ field: String, _ what: String) -> String {
            let others = RouterType.all.filter { $0.abilities.isSuperset(of: needs(of: analysis)) }
            let names = others.compactMap(\.providers.first).joined(separator: ", ")
            return "spec.analysis.\(field): \(provider) can't \(what): remove it, or use one of \(names)"
        }
        let lacking = needs(of: analysis).subtracting(self)
        if lacking.contains(.matches) { return missing("match", "tell requests apart") }
        if lacking.contains(.mirror) { return missing("mirror", "mirror requests") }
        if lacking.contains(.affinity) { return missing("sessionAffinity", "keep clients by a cookie") }
        return nil
    }

    private func needs(of analysis: CanaryAnalysis) -> RouterType.Abilities {
        var needs: RouterType.Abilities = [.weights]
        if !analysis.match.isEmpty { needs.insert(.matches) }
        if analysis.mirror { needs.insert(.mirror) }
        if analysis.sessionAffinity != nil { needs.insert(.affinity) }
        return needs
    }
}

extension RouterContext {
    /// Where a canary's matches stand.
    enum MatchList: CaseIterable {
        case service, analysis
    }

    /// The matches of a list, with their fields.
    func matches(in list: MatchList) -> [(field: String, match: JSONValue)] {
        let matches =
            list == .service ? canary.spec.service.match?.elements ?? [] : analysis.match.map(\.json)
        return matches.enumerated().map { ("spec.\(list).match[\($0.offset)]", $0.element) }
    }

    /// The first condition of the matches that a provider does not know, with its field; nil when there is none.
    ///
    /// - Parameters:
    ///   - known: the members of a match that it knows.
    ///   - provider: its name.
    ///   - list: the matches that it reads; all by default.
    func unknownCondition(
        besides known: Set<String>, provider: String, in list: MatchList? = nil
    ) -> String? {
        for (field, match) in (list.map { [$0] } ?? MatchList.allCases).flatMap(matches) {
            guard let key = match.members?.keys.sorted().first(where: { !known.contains($0) }) else {
                continue
            }
            return
                "\(field).\(key): \(provider) can't match it: use \(known.sorted().joined(separator: ", "))"
        }
        return nil
    }
}
