import FlaggerAPI

/// What tells one revision of a process from another: a frozen form of its spec, to be hashed.
///
/// Statuses are stored with these hashes, so the form never changes: every field of the first version is written
/// whatever its value, and a field that is added later only when it is not its default. Otherwise an upgrade would
/// take every target for a new revision.
struct ProcessFingerprint: Encodable {
    private let spec: ProcessSpec

    init(_ spec: ProcessSpec) { self.spec = spec }

    private enum Field: String, CodingKey {
        case replicas, command, env, workingDirectory, configFiles, readinessProbe
        case terminationGracePeriodSeconds
    }

    private enum VariableField: String, CodingKey { case name, value }

    private enum ProbeField: String, CodingKey {
        case httpGet, periodSeconds, timeoutSeconds, failureThreshold, successThreshold, initialDelaySeconds
    }

    private enum RequestField: String, CodingKey { case path, port }

    func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: Field.self)
        // The number of replicas is no new revision.
        try fields.encode(1, forKey: .replicas)
        try fields.encode(spec.command, forKey: .command)
        var variables = fields.nestedUnkeyedContainer(forKey: .env)
        for variable in spec.env {
            var pair = variables.nestedContainer(keyedBy: VariableField.self)
            try pair.encode(variable.name, forKey: .name)
            try pair.encode(variable.value, forKey: .value)
        }
        try fields.encodeIfPresent(spec.workingDirectory, forKey: .workingDirectory)
        try fields.encode(spec.configFiles, forKey: .configFiles)
        if let probe = spec.readinessProbe {
            var nested = fields.nestedContainer(keyedBy: ProbeField.self, forKey: .readinessProbe)
            try encode(probe, into: &nested)
        }
        try fields.encode(spec.terminationGracePeriodSeconds, forKey: .terminationGracePeriodSeconds)
    }

    private func encode(
        _ probe: FlaggerAPI.ReadinessProbe, into fields: inout KeyedEncodingContainer<ProbeField>
    ) throws {
        var request = fields.nestedContainer(keyedBy: RequestField.self, forKey: .httpGet)
        try request.encode(probe.httpGet.path, forKey: .path)
        try request.encodeIfPresent(probe.httpGet.port, forKey: .port)
        try fields.encode(probe.periodSeconds, forKey: .periodSeconds)
        try fields.encode(probe.timeoutSeconds, forKey: .timeoutSeconds)
        try fields.encode(probe.failureThreshold, forKey: .failureThreshold)
        try fields.encode(probe.successThreshold, forKey: .successThreshold)
        try fields.encode(probe.initialDelaySeconds, forKey: .initialDelaySeconds)
    }
}
