import Glibc
import Logging
import Processes

extension ReplicaSet {
    /// Keeps one replica's process running until the replica is retired or the task is cancelled.
    func keepRunning(_ slot: Int) async {
        while let replica = replicas[slot], !replica.isRetiring, !Task.isCancelled {
            do {
                let process = if let running = replica.process { running } else { try await start(slot) }
                await supervise(slot, process)
                if !process.exited.isOpen { return process.abandon() }
                await exited(slot, process)
            } catch {
                replicas[slot]?.failure = "\(error)"
                log(.warning, "cannot start a replica", failure: "\(error)")
                await tell("cannot start a replica: \(error)")
            }
            await backOff(slot)
        }
    }

    /// Starts and records a process. One that cannot be recorded is ended: nobody would know of it later.
    private func start(_ slot: Int) async throws -> ReplicaProcess {
        guard let replica = replicas[slot] else { throw CancellationError() }
        let process = try launch(replica)
        replicas[slot]?.process = process
        do {
            try await registry.record(record(of: process, replica))
        } catch {
            replicas[slot]?.process = nil
            await process.killGroup()
            await process.exited.wait()
            await forget(process)
            throw StandaloneError.recordReplica(id: process.id, cause: "\(error)")
        }
        // Retired and gone while it was being recorded.
        if replicas[slot] == nil { try? await registry.remove(id: process.id) }
        logs.prune(live: Set(replicas.values.compactMap { $0.process?.id }))
        return process
    }

    private func launch(_ replica: Replica) throws -> ReplicaProcess {
        let id = String(UInt64.random(in: (1 << 60)...UInt64.max), radix: 16)
        let port = try ports.reserve()
        do {
            let output = try logs.open(id)
            defer { close(output) }
            let launch = ReplicaLaunch(
                replica.template, inheriting: inherited,
                identity: [
                    "PORT": "\(port)", "AVIARY_SIDE": configuration.side.rawValue,
                    "AVIARY_REVISION": replica.revision, ReplicaProcess.idVariable: id,
                    ReplicaProcess.ownerVariable: configuration.owner,
                ])
            return ReplicaProcess.child(id: id, pid: try launch.start(output: output), port: port)
        } catch {
            ports.release(port)
            throw error
        }
    }

    private func record(of process: ReplicaProcess, _ replica: Replica) -> ReplicaRecord {
        ReplicaRecord(
            id: process.id, name: configuration.name, namespace: configuration.namespace,
            side: configuration.side, revision: replica.revision, pid: process.pid,
            startTime: process.startTime, bootID: ProcessTable.bootID, port: process.port,
            templateHash: replica.template.hash)
    }

    /// Probes the process until it exits or the task is cancelled.
    private func supervise(_ slot: Int, _ process: ReplicaProcess) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.probe(slot, process) }
            await process.exited.wait()
            group.cancelAll()
        }
    }

    /// Withdraws the endpoint of a process that died, first of all, and clears up after it.
    private func exited(_ slot: Int, _ process: ReplicaProcess) async {
        guard let replica = replicas[slot], !replica.isRetiring, let exit = process.exit else { return }
        let failure = [exit.description, logs.lastLine(process.id)].compactMap(\.self).joined(separator: ": ")
        replicas[slot]?.process = nil
        replicas[slot]?.isReady = false
        replicas[slot]?.hasServed = false
        replicas[slot]?.failure = failure
        converge()
        await publish()
        log(.warning, "a replica ended", failure: failure)
        await tell("a replica ended: \(failure)")
        await process.killGroup()
        await forget(process)
    }

    /// Reaps an ended process and gives up what it held.
    func forget(_ process: ReplicaProcess) async {
        process.reap()
        ports.release(process.port)
        do {
            try await registry.remove(id: process.id)
        } catch {
            log(.warning, "cannot remove the record of an ended replica", failure: "\(error)")
        }
        logs.prune(live: Set(replicas.values.compactMap { $0.process?.id }))
    }

    private func tell(_ failure: String) async {
        guard failure != lastTold else { return }
        lastTold = failure
        await onFailure(failure)
    }

    private func backOff(_ slot: Int) async {
        guard let replica = replicas[slot], !replica.isRetiring else { return }
        let ready = replica.readyTime?.elapsed ?? .zero
        guard let delay = replicas[slot]?.backOff.delay(afterReadyFor: ready) else { return }
        replicas[slot]?.readyTime = nil
        try? await clock.sleep(for: delay)
    }

    nonisolated func log(_ level: Logger.Level, _ message: Logger.Message, failure: String) {
        logger.log(
            level: level, message,
            metadata: [
                "target": "\(configuration.name).\(configuration.namespace)",
                "side": "\(configuration.side.rawValue)", "error": "\(failure)",
            ])
    }
}
