import FlaggerAPI
import Proxy
import Rollout

extension Daemon {
    /// Why a canary is not as its resources say.
    struct Trouble {
        /// The canary and its target, as `kind/namespace/name`.
        var resources: Set<String>
        var error: StandaloneError

        init(_ key: CanaryKey, _ wanted: DesiredCanary, _ cause: any Error) {
            let target = wanted.process.metadata
            resources = [
                "\(Canary.kind)/\(key.namespace)/\(key.name)",
                "\(ProcessResource.kind)/\(target.namespace)/\(target.name)",
            ]
            error = .canary("\(key)", cause: "\(cause)")
        }
    }

    /// Brings what runs to what the resources say; every canary is tried.
    ///
    /// - Returns: the canaries that could not be brought there; they stay as they were.
    func reconcile() async throws -> [Trouble] {
        let wanted = try await resources.all()
        var troubles = try await retire(except: wanted)
        let stuck = Set(troubles.keys)
        for (key, canary) in wanted.sorted(by: { $0.key < $1.key })
        where !stuck.contains(key) && needsLook(key, canary) {
            do {
                try await bring(key, to: canary)
            } catch {
                troubles[key] = Trouble(key, canary, error)
            }
        }
        return troubles.sorted { $0.key < $1.key }.map(\.value)
    }

    /// A canary with tracked files is always looked at: they change although the resource does not.
    private func needsLook(_ key: CanaryKey, _ canary: DesiredCanary) -> Bool {
        desired[key] != canary || !canary.process.spec.configFiles.isEmpty
    }

    private func bring(_ key: CanaryKey, to canary: DesiredCanary) async throws {
        if let service = services[key] {
            try await service.follow(canary)
        } else {
            guard !isStopping else { return }
            let service = try await CanaryService.start(canary, in: environment)
            guard !isStopping else { return await service.stop(within: Self.retirementLimit) }
            services[key] = service
            starts.yield(service)
        }
        desired[key] = canary
    }

    /// Takes out of service what nobody wants any more, and what moves to another port that can be had.
    private func retire(except wanted: [CanaryKey: DesiredCanary]) async throws -> [CanaryKey: Trouble] {
        let leaving = services.filter { key, service in wanted[key].map { !service.canFollow($0) } ?? true }
        let freed = Set(leaving.values.map(\.listenPort))
        var troubles: [CanaryKey: Trouble] = [:]
        for (key, service) in leaving {
            if let canary = wanted[key], !freed.contains(canary.canary.spec.service.port) {
                do { try await tryPort(of: canary) } catch {
                    troubles[key] = Trouble(key, canary, error)
                    continue
                }
            }
            services[key] = nil
            desired[key] = nil
            await service.retire(within: Self.retirementLimit)
        }
        return troubles
    }

    private func tryPort(of canary: DesiredCanary) async throws {
        let port = canary.canary.spec.service.port
        let proxy = try await ReverseProxy.start(
            [Listener(host: environment.bindAddress, port: port, audience: .apex)],
            table: RoutingTable(), group: environment.group, logger: environment.logger)
        await proxy.drain(within: .zero)
    }
}
