extension ReplicaSet {
    /// Takes over the replicas of an earlier run that still live, and forgets the others.
    ///
    /// Each is probed once before it is counted, so that one of an old revision that serves goes on
    /// serving until its successor is ready. What an old revision's probe was is not known: a TCP
    /// connection has to do for it.
    func adoptSurvivors() async {
        let records = survivors
        survivors = []
        await withTaskGroup(of: (ReplicaRecord, ReplicaProcess, ProcessTemplate, Bool)?.self) { group in
            for record in records {
                let template = template(of: record)
                group.addTask { await self.adopt(record, template) }
            }
            for await case (let record, let process, let template, let isReady)? in group {
                add(process, of: record, template, isReady: isReady)
            }
        }
    }

    private func template(of record: ReplicaRecord) -> ProcessTemplate {
        if let desired, desired.revision == record.revision { return desired.template }
        return ProcessTemplate(
            command: desired?.template.command ?? [],
            terminationGracePeriod: desired?.template.terminationGracePeriod ?? .seconds(10))
    }

    private nonisolated func adopt(
        _ record: ReplicaRecord, _ template: ProcessTemplate
    ) async -> (ReplicaRecord, ReplicaProcess, ProcessTemplate, Bool)? {
        guard let process = ReplicaProcess.adopt(record) else {
            try? await registry.remove(id: record.id)
            return nil
        }
        ports.claim(process.port)
        let outcome = await prober.check(template.readinessProbe, port: process.port)
        return (record, process, template, outcome == .ready)
    }

    private func add(
        _ process: ReplicaProcess, of record: ReplicaRecord, _ template: ProcessTemplate, isReady: Bool
    ) {
        var replica = Replica(template, revision: record.revision)
        replica.process = process
        replica.isReady = isReady
        replica.hasServed = true
        replica.hasBeenReady = true
        replica.readyTime = isReady ? Stopwatch(clock) : nil
        addReplica(replica)
        logger.info(
            "adopted a replica of an earlier run", metadata: ["id": "\(process.id)", "pid": "\(process.pid)"])
    }
}
