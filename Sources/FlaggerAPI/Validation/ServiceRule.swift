extension CanaryRule {
    private static let servicePath = FieldPath("spec.service")
    private static let portRange = 1...65_535
    private static let portFix = "write a port from 1 to 65535"

    /// The service has a usable port and name.
    static let service = CanaryRule { canary, scope, list in
        let service = canary.spec.service
        if !portRange.contains(service.port) {
            list.error(servicePath["port"], "bad-port", "\(service.port) is not a port", fix: portFix)
        }
        switch service.targetPort {
        case .int(let port)? where !portRange.contains(port):
            list.error(servicePath["targetPort"], "bad-port", "\(port) is not a port", fix: portFix)
        case .string(let name)? where name.isEmpty || name.utf8.count > 15:
            list.error(
                servicePath["targetPort"], "bad-port", "\"\(name)\" is not the name of a port",
                fix: "use up to 15 letters, digits and dashes, or a number")
        default: break
        }
        if let timeout = service.timeout, timeout.duration <= .zero {
            list.error(
                servicePath["timeout"], "bad-duration", "must be above 0", fix: "write a duration such as 15s"
            )
        }
        checkName(of: canary, &list)
    }

    private static func checkName(of canary: Canary, _ list: inout FindingList) {
        let isOwnName = canary.spec.service.name?.isEmpty == false
        let path = isOwnName ? servicePath["name"] : FieldPath("spec.targetRef.name")
        guard !canary.apexName.isEmpty else { return }
        if let problem = NamingRule.problem(of: canary.apexName) {
            list.error(path, "bad-name", "\"\(canary.apexName)\" \(problem)", fix: NamingRule.fix)
        } else if NamingRule.problem(of: canary.primaryName) != nil {
            list.error(
                path, "bad-name",
                "\"\(canary.primaryName)\" is longer than \(NamingRule.maximumLength) characters",
                fix: "shorten the name, so that `-primary` can be added")
        }
    }
}
