/// One thing that a valid process fulfils.
struct ProcessRule: Sendable {
    let check: @Sendable (ProcessResource, inout FindingList) -> Void

    /// Every rule, by one line each.
    static let all: [ProcessRule] = [
        .command,
        .environment,
        .replicas,
        .configuration,
        .readiness,
    ]

    private static let specPath = FieldPath("spec")

    private static let command = ProcessRule { process, list in
        let command = process.spec.command
        if command.first?.isEmpty ?? true {
            list.error(
                specPath["command"], "empty-command", "names no program",
                fix: "write `command: [\"program\", \"--port\", \"$(PORT)\"]`")
        }
        for (index, argument) in command.enumerated() where argument.utf8.contains(0) {
            list.error(
                specPath["command"][index], "bad-argument", "holds a null character", fix: "remove it")
        }
    }

    private static let environment = ProcessRule { process, list in
        var names: Set<String> = []
        for (index, variable) in process.spec.env.enumerated() {
            let path = specPath["env"][index]
            if variable.name.isEmpty
                || variable.name.utf8.contains(where: { $0 == 0 || $0 == UInt8(ascii: "=") })
            {
                list.error(
                    path["name"], "bad-variable", "\"\(variable.name)\" is not the name of a variable",
                    fix: "use letters, digits and underscores")
            }
            if variable.value.utf8.contains(0) {
                list.error(path["value"], "bad-variable", "holds a null character", fix: "remove it")
            }
            if !names.insert(variable.name).inserted {
                list.warning(
                    path["name"], "duplicate-variable", "\"\(variable.name)\" is given before; this one wins",
                    fix: "remove one of them")
            }
        }
    }

    private static let replicas = ProcessRule { process, list in
        if !(1...1_000).contains(process.spec.replicas) {
            list.error(
                specPath["replicas"], "out-of-range", "\(process.spec.replicas) is not from 1 to 1000",
                fix: "write how many copies to run")
        }
        if !(0...86_400).contains(process.spec.terminationGracePeriodSeconds) {
            list.error(
                specPath["terminationGracePeriodSeconds"], "out-of-range", "is not from 0 to 86400",
                fix: "write seconds, such as 10")
        }
    }

    private static let configuration = ProcessRule { process, list in
        for (index, file) in process.spec.configFiles.enumerated() where file.isEmpty || file.utf8.contains(0)
        {
            list.error(
                specPath["configFiles"][index], "bad-file-name", "is not a file name", fix: "name a file")
        }
        if let directory = process.spec.workingDirectory, directory.isEmpty || directory.utf8.contains(0) {
            list.error(
                specPath["workingDirectory"], "bad-file-name", "is not a directory name",
                fix: "name a directory, or remove the field")
        }
    }

    private static let readiness = ProcessRule { process, list in
        guard let probe = process.spec.readinessProbe else { return }
        let path = specPath["readinessProbe"]
        if !probe.httpGet.path.hasPrefix("/") {
            list.error(
                path["httpGet"]["path"], "bad-path", "does not start with /",
                fix: "write a path such as /readyz")
        }
        if let port = probe.httpGet.port, !(1...65_535).contains(port) {
            list.error(
                path["httpGet"]["port"], "bad-port", "\(port) is not a port",
                fix: "write a port from 1 to 65535")
        }
        let numbers = [
            ("periodSeconds", probe.periodSeconds, 1), ("timeoutSeconds", probe.timeoutSeconds, 1),
            ("failureThreshold", probe.failureThreshold, 1), ("successThreshold", probe.successThreshold, 1),
            ("initialDelaySeconds", probe.initialDelaySeconds, 0),
        ]
        for (field, value, least) in numbers where !(least...86_400).contains(value) {
            list.error(
                path[field], "out-of-range", "\(value) is not from \(least) to 86400",
                fix: "write \(least) or more")
        }
    }
}
