import Controller
import Foundation
import JSON
import KubernetesClient
import Testing

/// Who is told and not asked is told all the same, whatever becomes of the controller.
@Suite("Calls that a canary owes in a cluster", .timeLimit(.minutes(10)))
struct OwedCallTests {
    @Test(
        "are made by the next life, in order and none left out, when the controller is killed before they were heard"
    )
    func killed() async throws {
        try await HookServer.run { hooks in
            hooks.answer("rollback", .status(403, body: "Forbidden"))
            hooks.answer("confirm-rollout", .status(403, body: "Forbidden"))
            hooks.answer("event", .hang)
            hooks.answer("slack", .hang)
            try await RunningController.run(["-slack-url", hooks.url("slack")]) { controller in
                var app = controller.app()
                app.addHooks(["confirm-rollout", "rollback", "event"], of: hooks, timeout: "300s")
                try await controller.initialise(app)
                try await controller.deploy("podinfo:2.0.0")
                try await controller.reach("Waiting")
                // Told with every tick while it waits, and nothing else of the status changes then.
                let refused = "Rollback hook h-rollback not signaling a rollback"
                try await eventually {
                    controller.announcements.count { $0.hasSuffix(refused) } >= 3
                }
                try await controller.kill()
                let announced = controller.announcements
                hooks.forget()
                hooks.answer("event", .status(200, body: "OK"))
                hooks.answer("slack", .status(200, body: "OK"))
                try controller.restart()
                try await eventually("\(announced) against \(hooks.events)") {
                    hooks.events.starts(with: announced)
                }
                try await eventually {
                    let texts = hooks.calls(of: "slack").map(\.body).joined()
                    return texts.contains("initialization completed")
                        && texts.contains("waiting for approval")
                }
            }
        }
    }

    @Test("are not made again by the next life once they were heard")
    func heard() async throws {
        try await HookServer.run { hooks in
            try await RunningController.run { controller in
                var app = controller.app()
                app.addHooks(["event"], of: hooks)
                try await controller.initialise(app)
                try await controller.deploy("podinfo:2.0.0")
                try await controller.reach("Succeeded")
                try await eventually("\(controller.announcements) against \(hooks.events)") {
                    hooks.events == controller.announcements
                        && hooks.events.last?.contains("Promotion completed!") == true
                }
                try await eventually {
                    try await controller.status().text().contains("\\\"owed\\\":[") == false
                }
                try await controller.kill()
                hooks.forget()
                try controller.restart()
                try await controller.ticks(2)
                #expect(hooks.events.isEmpty)
            }
        }
    }

    @Test("are all made, each at least once and in order, over kills at any moment")
    func killedAgain() async throws {
        try await HookServer.run { hooks in
            hooks.answer("rollback", .status(403, body: "Forbidden"))
            hooks.answer("event", .status(200, body: "OK", delay: .milliseconds(700)))
            try await RunningController.run { controller in
                var app = controller.app()
                app.addHooks(of: hooks)
                try await controller.initialise(app)
                try await controller.deploy("podinfo:2.0.0")
                for _ in 0..<8 {
                    let count = controller.announcements.count
                    try await eventually(within: .seconds(60)) {
                        if controller.announcements.count > count { return true }
                        return try await controller.phase() == "Succeeded"
                    }
                    try await controller.kill()
                    try controller.restart()
                    if try await controller.phase() == "Succeeded" { break }
                }
                try await controller.reach("Succeeded")
                try await eventually("\(controller.announcements) against \(hooks.events)") {
                    hooks.events.holdsInOrder(controller.announcements)
                }
            }
        }
    }
}

extension HookServer {
    /// What event hooks have heard.
    fileprivate var events: [String] {
        calls(of: "event").map { "[\($0.phase)] \($0.metadata["eventMessage"] ?? "")" }
    }
}

extension RunningController {
    /// What the log has announced, each once it was durable.
    fileprivate var announcements: [String] {
        log().filter { $0["reason"] != nil && $0["phase"] != nil }
            .map { "[\($0["phase"] ?? "")] \($0["msg"] ?? "")" }
    }
}

extension [String] {
    /// Whether all of these are here in their order, with others between them.
    fileprivate func holdsInOrder(_ wanted: [String]) -> Bool {
        var left = wanted[...]
        for text in self where text == left.first { left.removeFirst() }
        return left.isEmpty
    }
}
