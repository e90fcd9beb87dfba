import JSON
import KubernetesClient
import Rollout
import Testing

@testable import Controller

/// Whole rollouts by the built controller, seen in the objects of the provider.
@Suite("A routed rollout in a cluster", .timeLimit(.minutes(5)))
struct RoutedRolloutTests {
    @Test("shifts an HTTPRoute by the steps and back, and keeps its cookies in the status")
    func gatewayAPI() async throws {
        try await ProviderDefinitions.shared.install()
        try await RunningController.run { controller in
            try await RolloutRecord.follow(controller) { record in
                var app = controller.app()
                app.spec = ["provider": "gatewayapi:v1"]
                app.service = ["port": 9898, "gatewayRefs": ProviderCase.gatewayRefs]
                app.analysis = [
                    "interval": "1s", "threshold": 2, "stepWeight": 30, "maxWeight": 60,
                    "sessionAffinity": ["cookieName": "canary"],
                ]
                try await controller.initialise(app)
                try await controller.deploy("podinfo:2.0.0")
                try await controller.reach("Succeeded")
                func seen() -> [Int] {
                    record.weights(of: RolloutRecord.httpRoute) {
                        $0.json[path: "spec", "rules"]?.elements?.last?.weights.last
                    }
                }
                try await eventually("\(seen())") { seen() == [0, 30, 60, 0] }
                let status = try await controller.status()
                #expect(status["canaryWeight"] == 0)
                #expect(status["sessionAffinityCookie"] == nil)
                let cookie = try #require(status["previousSessionAffinityCookie"]?.string)
                #expect(cookie.hasPrefix("canary="))
                let type = RolloutRecord.httpRoute
                let rules = try #require(
                    try await controller.get(type, "podinfo")?.json[path: "spec", "rules"]?.elements)
                #expect(rules.map(\.cookies) == [AffinityCookies.pattern(of: cookie), nil])
            }
        }
    }

    @Test(
        "leaves no route to the canary behind when it is routed elsewhere in the middle",
        arguments: [["service": ["name": "renamed"]], ["provider": "kubernetes"]] as [JSONValue])
    func rerouted(change: JSONValue) async throws {
        try await ProviderDefinitions.shared.install()
        try await HookServer.run { hooks in
            hooks.answer("confirm-promotion", .status(403, body: "Forbidden"))
            try await RunningController.run { controller in
                let type = RouterType.gatewayAPI.watched[0]
                var app = controller.app()
                app.spec = ["provider": "gatewayapi:v1"]
                app.service = ["port": 9898, "gatewayRefs": ProviderCase.gatewayRefs]
                app.analysis = ["interval": "1s", "threshold": 2, "stepWeight": 30, "maxWeight": 30]
                app.addHooks(["confirm-promotion"], of: hooks)
                try await controller.initialise(app)
                try await controller.deploy("podinfo:2.0.0")
                try await controller.reach("WaitingPromotion")
                try await controller.patch(.canary, "podinfo", ["spec": change])
                try await eventually {
                    try await controller.get(type, "podinfo").flatMap(RolloutRecord.weight) == 0
                }
                try await controller.hears("Routing all traffic of podinfo by gatewayapi:v1 to primary")
                hooks.answer("confirm-promotion", .status(200, body: "OK"))
                try await controller.reach("Succeeded")
                #expect(try await controller.image(of: "podinfo-primary") == "podinfo:2.0.0")
                for name in ["podinfo", "renamed"] {
                    let route = try await controller.get(type, name)
                    #expect(route.flatMap(RolloutRecord.weight) ?? 0 == 0)
                }
            }
        }
    }

    @Test("sends matching requests to the canary of a VirtualService until a check fails")
    func istio() async throws {
        try await ProviderDefinitions.shared.install()
        try await HookServer.run { hooks in
            hooks.answerOnce("rollout", [.status(200, body: "OK")])
            hooks.answer("rollout", .status(500, body: "load test failed"))
            try await RunningController.run { controller in
                let type = IstioRouter.virtualService
                try await RolloutRecord.follow(controller, route: type) { record in
                    var app = controller.app()
                    app.spec = ["provider": "istio"]
                    app.analysis = [
                        "interval": "1s", "threshold": 2, "iterations": 10,
                        "match": [["headers": ["x-canary": ["exact": "insider"]]]],
                    ]
                    app.addHooks(["rollout"], of: hooks)
                    try await controller.initialise(app)
                    try await controller.deploy("podinfo:2.0.0")
                    try await controller.reach("Failed")
                    func seen() -> [Int] {
                        record.weights(of: type) {
                            let route = $0.json[path: "spec", "http"]?.elements?.first?["route"]
                            return route?.elements?.last?["weight"]?.int
                        }
                    }
                    try await eventually("\(seen())") { seen() == [0, 100, 0] }
                    #expect(try await controller.status()["canaryWeight"] == 0)
                    try await eventually { try await controller.replicas(of: "podinfo") == 0 }
                }
            }
        }
    }
}
