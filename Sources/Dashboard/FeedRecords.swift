/// A record with the time it is about.
struct TimedRecord<Record: Encodable>: Encodable {
    let time: String
    let record: Record

    private enum Key: String, CodingKey { case time }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(time, forKey: .time)
        try record.encode(to: encoder)
    }
}

/// A feed line as JSON.
struct FeedRecord: Encodable, Equatable {
    struct Hook: Encodable, Equatable {
        let type: String
        let name: String
        let status: Int?
        let latencyMs: Double
        let body: String
        let failure: String?
        let passed: Bool
    }

    struct Metric: Encodable, Equatable {
        let name: String
        let value: Double?
        let passed: Bool
    }

    let kind: String
    let canary: String
    let phase: String
    let weight: Int
    let severity: String?
    let hook: Hook?
    let metric: Metric?
    let text: String

    init(_ line: FeedLine) {
        (canary, phase, weight, text) = (line.canary, line.phase, line.weight, line.text)
        switch line.kind {
        case .event(let severity):
            (kind, self.severity, hook, metric) = ("event", severity.rawValue, nil, nil)
        case .alert:
            (kind, severity, hook, metric) = ("alert", nil, nil, nil)
        case .metric(let name, let value, let passed):
            let reading = Metric(name: name, value: value, passed: passed)
            (kind, severity, hook, metric) = ("metric", nil, nil, reading)
        case .hook(let answer):
            (kind, severity, metric) = ("hook", nil, nil)
            hook = Hook(
                type: answer.type, name: answer.name, status: answer.status,
                latencyMs: (answer.latency / .microseconds(1)).rounded() / 1000, body: answer.body,
                failure: answer.failure, passed: answer.isPass)
        }
    }
}

/// A canary's status as JSON, without what changes all the time.
struct StatusRecord: Encodable, Equatable {
    let kind = "status"
    let canary: String
    let phase: String
    let weight: Int
    let mirrored: Bool
    let iteration: Int?
    let failedChecks: Int
    let revision: String?
    let waitingFor: String?

    private enum CodingKeys: String, CodingKey {
        case kind, canary, phase, weight, mirrored, iteration, failedChecks, revision, waitingFor
    }

    init(_ view: CanaryView) {
        (canary, phase, weight) = (view.id, view.phase, view.weight)
        (mirrored, iteration, failedChecks) = (view.isMirrored, view.iterations?.done, view.failedChecks)
        (revision, waitingFor) = (view.revision, view.waitingFor)
    }
}
