import Foundation

/// Writes events one after the other, and remembers which ones repeat.
struct EventDelivery {
    private let recorder: EventRecorder
    private var series: EventSeries
    private var wire = EventWire.current
    private var lastProblem: String?

    init(recorder: EventRecorder) {
        self.recorder = recorder
        series = EventSeries(
            capacity: recorder.limits.series, quiet: recorder.limits.quiet / .seconds(1))
    }

    mutating func deliver(_ event: KubernetesEvent, at date: Date) async {
        if series.count(event, at: date) {
            let key = EventSeries.Key(event)
            // The first repetition is told at once, so that everybody sees that there is one.
            if series[key]?.told == 1 { await update(key) }
            return
        }
        let name = Self.name(for: event, at: date)
        if await write({ try await Self.create(event, name: name, at: date, with: $0, $1) }) {
            series.begin(event, name: name, at: date)
        }
    }

    /// Tells the counts that are due.
    mutating func update() async {
        let pause = recorder.limits.updates / .seconds(1)
        for key in series.owed(at: recorder.now(), pause: pause) { await update(key) }
        series.forgetQuiet(at: recorder.now())
    }

    /// Tells all counts that the server does not know yet.
    mutating func updateAll() async {
        for key in series.owed(at: recorder.now(), pause: -.infinity) { await update(key) }
    }

    private mutating func update(_ key: EventSeries.Key) async {
        guard let entry = series[key] else { return }
        let reference = ObjectReference(
            wire.type, namespace: EventWire.namespace(of: entry.event), name: entry.name)
        do {
            _ = try await recorder.api.patch(
                reference, with: wire.series(count: entry.count, at: entry.last), subresource: nil)
            series.told(key, count: entry.count, at: recorder.now())
        } catch KubernetesError.notFound {
            // The server keeps events for an hour or so; the next one is a new one.
            series.forget(key)
        } catch {
            // Told again with the next update.
            series.told(key, count: entry.told, at: recorder.now())
            note(error)
        }
    }

    private static func create(
        _ event: KubernetesEvent, name: String, at date: Date, with recorder: EventRecorder, _ wire: EventWire
    ) async throws {
        let object = wire.object(event, name: name, from: recorder.source, at: date)
        do {
            _ = try await recorder.api.create(object, as: wire.type)
        } catch KubernetesError.alreadyExists {
            // Written by a try whose answer was lost: names are unique.
        }
    }

    /// Makes a request, with the core group's events when the server has no others, and again while trouble may pass.
    private mutating func write(
        _ request: (EventRecorder, EventWire) async throws -> Void
    ) async -> Bool {
        for attempt in 1...max(recorder.limits.tries, 1) {
            do {
                do {
                    try await request(recorder, wire)
                } catch KubernetesError.notFound where wire == .current {
                    // Either the group or the namespace is missing; only with the group missing does this succeed.
                    try await request(recorder, .core)
                    wire = .core
                }
                lastProblem = nil
                return true
            } catch {
                note(error)
                guard case KubernetesError.unavailable = error, attempt < recorder.limits.tries else { break }
                let pause = recorder.backOff.pause(after: attempt)
                guard (try? await recorder.clock.sleep(for: pause)) != nil else { break }
            }
        }
        recorder.drop()
        return false
    }

    private mutating func note(_ error: any Error) {
        if Task.isCancelled { return }
        let problem = "\(error)"
        if problem != lastProblem { recorder.logger.warning("cannot deliver an event: \(problem)") }
        lastProblem = problem
    }

    /// A name that no other event has: the object's, the time and a random number.
    private static func name(for event: KubernetesEvent, at date: Date) -> String {
        let micros = UInt64(max(date.timeIntervalSince1970, 0) * 1_000_000)
        let random = String(UInt32.random(in: .min ... .max), radix: 16)
        return "\(event.subject.reference.name.prefix(200)).\(String(micros, radix: 16))\(random)"
    }
}
