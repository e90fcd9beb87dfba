extension ReplicaSet {
    /// Hands the endpoints to the publisher one list at a time, the newest last.
    struct Publication {
        var published = ReplicaEndpoints()
        var isUnderWay = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    /// Ready replicas that are not being retired.
    var endpoints: ReplicaEndpoints {
        let serving = replicas.sorted { $0.key < $1.key }.map(\.value)
            .filter { $0.isReady && !$0.isRetiring }
        let current = serving.filter { $0.revision == desired?.revision }
        let old = serving.filter { $0.revision != desired?.revision }
        return ReplicaEndpoints(
            current: current.compactMap(\.endpoint), old: old.compactMap(\.endpoint))
    }

    /// Returns when what is published is at least as new as the endpoints at the call.
    func publish() async {
        while publication.isUnderWay {
            await withCheckedContinuation { publication.waiting.append($0) }
        }
        let newest = endpoints
        guard newest != publication.published else { return }
        publication.isUnderWay = true
        await publisher.publish(newest)
        publication.published = newest
        publication.isUnderWay = false
        noteReadiness()
        let waiting = publication.waiting
        publication.waiting = []
        waiting.forEach { $0.resume() }
    }
}
