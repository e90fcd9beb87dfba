import Testing

@testable import Standalone

@Suite("A process template")
struct ProcessTemplateTests {
    @Test(
        "expands references as Kubernetes does",
        arguments: [
            ("--port=$(PORT)", "--port=8080"), ("$(A)$(PORT)", "x8080"), ("$$(PORT)", "$(PORT)"),
            ("$$$(PORT)", "$8080"), ("$(MISSING)", "$(MISSING)"), ("$PORT", "$PORT"), ("$(PORT", "$(PORT"),
            ("cost: 5$", "cost: 5$"), ("", ""), ("$()", "$()"), ("é$(A)é", "éxé"),
        ])
    func expandsReferences(text: String, expected: String) {
        #expect(ReferenceExpansion(values: ["PORT": "8080", "A": "x"]).expand(text) == expected)
    }

    @Test("builds a replica's environment from Aviary's, its own in order, and who it is")
    func buildsTheEnvironment() {
        let template = ProcessTemplate(
            command: ["serve", "$(URL)", "$(HOME)"],
            environment: [
                .init(name: "HOST", value: "h"), .init(name: "URL", value: "http://$(HOST):$(PORT)"),
                .init(name: "PORT", value: "1"),
            ])
        let launch = ReplicaLaunch(
            template, inheriting: ["HOME": "/h", "HOST": "old"], identity: ["PORT": "9"])
        #expect(launch.arguments == ["serve", "http://h:9", "/h"])
        #expect(launch.environment == ["HOME": "/h", "HOST": "h", "PORT": "9", "URL": "http://h:9"])
    }

    @Test(
        "is refused with the field named when it cannot be used",
        arguments: [
            (ProcessTemplate(command: []), "command: is empty"),
            (ProcessTemplate(command: [""]), "command: is empty"),
            (ProcessTemplate(command: ["a\0b"]), "command: contains a NUL"),
            (ProcessTemplate(command: ["a"], environment: [.init(name: "A=B", value: "")]), "env[0].name:"),
            (
                ProcessTemplate(
                    command: ["a"], readinessProbe: ReadinessProbe(.httpGet(path: "x", port: nil))),
                "readinessProbe.httpGet.path:"
            ),
            (
                ProcessTemplate(command: ["a"], readinessProbe: ReadinessProbe(.httpGet(path: "/", port: 0))),
                "readinessProbe.httpGet.port:"
            ),
            (
                ProcessTemplate(command: ["a"], readinessProbe: ReadinessProbe(period: .zero)),
                "readinessProbe.periodSeconds:"
            ),
            (
                ProcessTemplate(command: ["a"], terminationGracePeriod: .seconds(-1)),
                "terminationGracePeriodSeconds:"
            ),
        ])
    func refusesBadFields(template: ProcessTemplate, message: String) {
        let error = #expect(throws: StandaloneError.self) { try template.validate() }
        #expect(error?.description.hasPrefix(message) == true, "\(String(describing: error))")
    }

    @Test("has a hash that changes with what is executed and with nothing else")
    func hashesWhatIsExecuted() {
        let template = ProcessTemplate(command: ["a", "b"], environment: [.init(name: "X", value: "1")])
        var other = template
        other.readinessProbe.period = .seconds(9)
        #expect(other.hash == template.hash)
        other.command = ["ab", ""]
        #expect(other.hash != template.hash)
        other = template
        other.environment[0].value = "2"
        #expect(other.hash != template.hash)
        other = template
        other.workingDirectory = "/"
        #expect(other.hash != template.hash)
    }
}
