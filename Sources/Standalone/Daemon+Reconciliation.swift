import FlaggerAPI
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
        await retire(except: wanted)
        var troubles: [CanaryKey: Trouble] = [:]
        for key in await order(of: wanted) {
            guard let canary = wanted[key], needsLook(key, canary) else { continue }
            do {
                try await bring(key, to: canary)
            } catch {
                troubles[key] = Trouble(key, canary, error)
            }
        }
        // A canary that left its port for another one and could not move itself.
        for key in troubles.keys { try? await services[key]?.returnToPort() }
        return troubles.sorted { $0.key < $1.key }.map(\.value)
    }

    /// Canaries that move to another port come first, those whose new port is free before those that wait for it.
    /// Where they wait for each other in a circle, one leaves its port at once.
    private func order(of wanted: [CanaryKey: DesiredCanary]) async -> [CanaryKey] {
        var moving = services.filter { key, service in
            wanted[key].map { $0.canary.spec.service.port != service.listenPort } ?? false
        }
        var order: [CanaryKey] = []
        while !moving.isEmpty {
            let held = Set(moving.values.map(\.listenPort))
            var next = moving.keys.sorted().filter { key in
                wanted[key].map { !held.contains($0.canary.spec.service.port) } ?? true
            }
            if next.isEmpty, let first = moving.keys.min() {
                await services[first]?.leavePort()
                moving[first] = nil
                // Brought last of the circle, when its new port is free.
                next = circle(from: first, in: &moving, wanted)
                next.append(first)
            }
            for key in next { moving[key] = nil }
            order += next
        }
        return order + wanted.keys.sorted().filter { !order.contains($0) }
    }

    /// Those that can move one after the other once a canary has left its port.
    private func circle(
        from first: CanaryKey, in moving: inout [CanaryKey: CanaryService],
        _ wanted: [CanaryKey: DesiredCanary]
    ) -> [CanaryKey] {
        var order: [CanaryKey] = []
        var free = services[first]?.listenPort
        while let port = free,
            let next = moving.keys.sorted().first(where: { wanted[$0]?.canary.spec.service.port == port })
        {
            order.append(next)
            free = moving.removeValue(forKey: next)?.listenPort
        }
        return order
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
}
