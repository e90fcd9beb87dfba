import Foundation
import JSON
import KubernetesClient
import Testing

@testable import Controller

/// ConfigMaps and Secrets that come, go, or are nobody's business.
@Suite("Configuration that a target reads", .timeLimit(.minutes(4)))
struct TrackedConfigurationTests {
    @Test("is part of the revision no more when it is optional and deleted, and the next one is promoted")
    func optionalIsDeleted() async throws {
        try await RunningController.run { controller in
            try await controller.makeConfigMap("flags", ["color": "blue"])
            var app = controller.app()
            app.container = ["envFrom": [["configMapRef": ["name": "flags", "optional": true]]]]
            try await controller.initialise(app)
            try await controller.remove("configmap/flags")
            try await controller.reach("Succeeded")
            #expect(try await controller.status()["trackedConfigs"]?.strings ?? [:] == [:])
            #expect(try await controller.configMapOfPrimary() == "flags")
            try await controller.deploy("podinfo:2.0.0")
            try await controller.reach("Progressing")
            try await controller.reach("Succeeded")
            #expect(try await controller.image(of: "podinfo-primary") == "podinfo:2.0.0")
        }
    }

    @Test("makes no new revision when what is needed is missing while the controller is started again")
    func neededIsMissing() async throws {
        try await RunningController.run { controller in
            try await controller.makeConfigMap("settings", ["color": "blue"])
            var app = controller.app()
            app.container = ["envFrom": [["configMapRef": ["name": "settings"]]]]
            try await controller.initialise(app)
            try await controller.kill()
            try await controller.remove("configmap/settings")
            try controller.restart()
            try await controller.shows("TargetUnusable", "needs configmap/settings, which do not exist")
            try await controller.ticks(2)
            #expect(try await controller.phase() == "Initialized")
            try await controller.makeConfigMap("settings", ["color": "blue"])
            try await controller.shows(nil)
            #expect(try await controller.phase() == "Initialized")
            #expect(try await controller.events().contains { $0.contains("New revision") } == false)
        }
    }

    @Test("may be a Secret of a type that is not watched")
    func serviceAccountToken() async throws {
        try await RunningController.run { controller in
            try await controller.create(
                .secret, "robot",
                [
                    "type": "kubernetes.io/service-account-token",
                    "metadata": ["annotations": ["kubernetes.io/service-account.name": "default"]],
                ])
            var app = controller.app()
            app.pod = ["volumes": [["name": "token", "secret": ["secretName": "robot"]]]]
            try await controller.initialise(app)
            try await controller.shows(nil)
            try await controller.deploy("podinfo:2.0.0")
            try await controller.reach("Succeeded")
            let primary = try await controller.get(.deployment, "podinfo-primary")
            let volumes = primary?.json[path: "spec", "template", "spec", "volumes"]?.elements
            #expect(volumes?.first?[path: "secret", "secretName"] == "robot")
            #expect(try await controller.get(.secret, "robot-primary") == nil)
        }
    }

    @Test("is read again by the canary's pods when it changes in the middle of an analysis")
    func changedInAnalysis() async throws {
        try await HookServer.run { hooks in
            hooks.answer("confirm-promotion", .status(403))
            try await RunningController.run { controller in
                try await controller.makeConfigMap("settings", ["color": "blue"])
                var app = controller.app()
                app.container = ["envFrom": [["configMapRef": ["name": "settings"]]]]
                app.addHooks(["confirm-promotion"], of: hooks)
                try await controller.initialise(app)
                try await controller.deploy("podinfo:2.0.0")
                try await controller.reach("WaitingPromotion")
                let before = try await controller.pods(of: "podinfo")
                #expect(before.isEmpty == false)
                try await controller.patch(.configMap, "settings", ["data": ["color": "red"]])
                try await controller.hears("New revision detected! Restarting analysis")
                try await controller.reach("WaitingPromotion")
                #expect(try await controller.pods(of: "podinfo").isDisjoint(with: before))
                hooks.answer("confirm-promotion", .status(200))
                try await controller.reach("Succeeded")
                let copy = try await controller.get(.configMap, "settings-primary")
                #expect(copy?.json[path: "data", "color"] == "red")
            }
        }
    }

    @Test("may be read by two canaries: the copy stays until the last of them is gone, and hinders none")
    func shared() async throws {
        try await RunningController.run { controller in
            try await controller.makeConfigMap("settings", ["color": "blue"])
            var (first, second) = (controller.app(), controller.app())
            (first.name, second.name) = ("first", "second")
            first.container = ["envFrom": [["configMapRef": ["name": "settings"]]]]
            second.container = first.container
            for app in [first, second] { try await controller.initialise(app) }
            let copy = try await controller.get(.configMap, "settings-primary")
            #expect(copy?.json[path: "metadata", "ownerReferences"]?.elements?.count == 2)
            // Created again, the second one finds all that it has left.
            try await controller.cluster.kubectl(
                "-n", controller.namespace, "delete", "canary", "second", "--cascade=orphan", "--timeout=60s")
            _ = try await controller.client.create(second.canary, as: .canary)
            try await controller.reach("Initialized", "second")
            try await controller.shows(nil, "", "second")
            try await controller.remove("canary/first")
            try await eventually(within: .seconds(90)) {
                let owners = try await controller.get(.configMap, "settings-primary")?.json[
                    path: "metadata", "ownerReferences"]?.elements
                return owners?.compactMap { $0["name"]?.string } == ["second"]
            }
            #expect(try await controller.get(.configMap, "settings-primary")?.uid == copy?.uid)
        }
    }

    @Test("is copied to primary byte for byte")
    func bytes() async throws {
        try await RunningController.run { controller in
            try await controller.makeConfigMap("names", ["place": "caf\u{E9}"])
            var app = controller.app()
            app.container = ["envFrom": [["configMapRef": ["name": "names"]]]]
            try await controller.initialise(app)
            // The same to the eye, and to Swift's comparison of strings.
            try await controller.patch(.configMap, "names", ["data": ["place": "cafe\u{301}"]])
            try await controller.reach("Succeeded")
            let copy = try await controller.get(.configMap, "names-primary")
            #expect(
                copy?.json[path: "data", "place"]?.string.map { Array($0.utf8) } == Array("cafe\u{301}".utf8))
        }
    }
}

extension RunningController {
    fileprivate func remove(_ object: String) async throws {
        try await cluster.kubectl("-n", namespace, "delete", object, "--timeout=60s")
    }

    /// The ready pods of a Deployment, by uid.
    fileprivate func pods(of name: String) async throws -> Set<String> {
        let list = try await client.list(.pod, in: namespace, matching: Selector(labels: "app=\(name)"))
        let ready = list.items.filter { pod in
            !pod.isDeleted
                && pod.json[path: "status", "conditions"]?.elements?.contains {
                    $0["type"] == "Ready" && $0["status"] == "True"
                } == true
        }
        return Set(ready.compactMap(\.uid))
    }

    fileprivate func configMapOfPrimary() async throws -> String? {
        let primary = try await get(.deployment, "podinfo-primary")
        let container = primary?.json[path: "spec", "template", "spec", "containers"]?.elements?.first
        return container?["envFrom"]?.elements?.first?[path: "configMapRef", "name"]?.string
    }
}
