import FlaggerAPI
import Proxy
import Rollout

extension DesiredCanary {
    /// What the target runs now, with its revision; tracked files are copied first.
    func target(_ snapshots: ConfigurationSnapshot) throws -> ProcessWorkload.Target {
        let copy = try snapshots.take(process.spec.configFiles, in: base)
        var environment = process.spec.env.map {
            ProcessTemplate.Variable(name: $0.name, value: $0.value)
        }
        if let copy {
            environment.insert(.init(name: "AVIARY_CONFIG_DIR", value: copy.folder), at: 0)
        }
        let template = ProcessTemplate(
            command: process.spec.command, environment: environment, workingDirectory: base,
            readinessProbe: probe,
            terminationGracePeriod: .seconds(process.spec.terminationGracePeriodSeconds))
        return ProcessWorkload.Target(
            template: template, replicas: process.spec.replicas,
            revision: Revision(spec: try specHash, configuration: copy?.hash ?? ""))
    }

    /// Where the process starts and its relative paths do.
    var base: String {
        process.spec.workingDirectory.map { $0.hasPrefix("/") ? $0 : folder + "/" + $0 } ?? folder
    }

    /// The tracked configuration files, as absolute paths.
    var trackedFiles: [String] {
        process.spec.configFiles.map { $0.hasPrefix("/") ? $0 : base + "/" + $0 }
    }

    /// Changes with everything a replica runs; the number of replicas and the folder's place are no new revision.
    private var specHash: String {
        get throws { try StableHash.of(ProcessFingerprint(process.spec)) }
    }

    private var probe: ReadinessProbe {
        guard let probe = process.spec.readinessProbe else { return ReadinessProbe() }
        return ReadinessProbe(
            .httpGet(path: probe.httpGet.path, port: probe.httpGet.port),
            period: .seconds(probe.periodSeconds), timeout: .seconds(probe.timeoutSeconds),
            failureThreshold: probe.failureThreshold, successThreshold: probe.successThreshold,
            initialDelay: .seconds(probe.initialDelaySeconds))
    }

    /// What the proxy has to know of the Canary resource.
    func rules() throws -> ProxyRouter.Rules {
        let analysis = canary.spec.effectiveAnalysis
        var rules = ProxyRouter.Rules()
        rules.match = try analysis.match.map { match in
            try Proxy.RequestMatch(headers: match.headers.mapValues(Self.value))
        }
        rules.mirrorPercent = analysis.mirrorWeight ?? 100
        rules.affinity = analysis.sessionAffinity.map { affinity in
            ProxyRouter.Affinity(
                cookieName: affinity.cookieName, maxAge: .seconds(affinity.maxAge),
                attributes: affinity.cookieAttributes,
                primaryCookieName: affinity.primaryCookieName)
        }
        return rules
    }

    private static func value(_ match: StringMatch) throws -> ValueMatch {
        if let exact = match.exact { return .exact(exact) }
        if let prefix = match.prefix { return .prefix(prefix) }
        if let suffix = match.suffix { return .suffix(suffix) }
        if let regex = match.regex { return .regex(try RegularExpression(regex)) }
        return .present
    }
}
