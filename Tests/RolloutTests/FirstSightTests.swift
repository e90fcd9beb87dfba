import Testing

@testable import Rollout

@Suite struct FirstSightTests {
    let seen = RolloutStatus().moved(to: .initializing, at: 1000) { $0.lastApplied = .one }
    let notReady = Announcement.warning(
        .notReady, "app-primary.test not ready: waiting for rollout to finish: no replicas yet")

    @Test("creates primary from a target never seen, and asks no hook")
    func creates() {
        var driver = Driver(.stepped(Hook.of(.confirmRollout, .rollback, .preRollout)))
        #expect(
            driver.tick(target: .one, primary: .absent, canary: .at(.one))
                == [.writeStatus(seen), .verifyMetrics])
        #expect(
            driver.verified() == [
                .announce(.normal(.initializing, "all the metrics providers are available!")),
                .initialise(.one),
                .writeStatus(
                    seen.with {
                        $0.stall = .primary
                        $0.stalledSince = .at(1000)
                    }),
                .announce(notReady),
            ])
    }

    @Test("points the apex at primary and stops the target once primary is ready")
    func points() {
        var driver = Driver(.stepped(Hook.of(.confirmRollout)), seen)
        #expect(driver.tick(target: .one, canary: .at(.one)) == [.verifyMetrics])
        let done = seen.moved(to: .initialized, at: 1000) { $0.lastPromoted = .one }
        #expect(
            driver.verified() == [
                .announce(.normal(.initializing, "all the metrics providers are available!")),
                .route(.primary), .scaleDown, .writeStatus(done),
                .announce(.normal(.initialized, "Initialization done! app.test")),
                .alert(
                    Alert(.info, "New Process detected, initialization completed.", includesMetadata: true)),
            ])
    }

    @Test("tells which metrics provider does not answer, and goes on")
    func unverified() {
        var driver = Driver(.stepped())
        _ = driver.tick(target: .one, primary: .absent)
        let effects = driver.verified("no Prometheus")
        #expect(
            effects.first
                == .announce(.warning(.initializing, "Error checking metric providers: no Prometheus")))
        #expect(effects.contains(.initialise(.one)))
    }

    @Test(
        "tells nothing of the metrics again while the step after them keeps failing",
        arguments: [nil, "no Prometheus"])
    func repeated(failure: String?) {
        var driver = Driver(.stepped(), seen)
        _ = driver.tick(target: .one, canary: .at(.one))
        #expect(driver.verified(failure).contains(.route(.primary)))
        driver.durable = seen
        #expect(driver.failed(.route(.primary)).contains(.announce(.warning(.effectFailed, "no route"))))
        _ = driver.tick(target: .one, canary: .at(.one))
        #expect(driver.verified(failure).first == .route(.primary))
        let stalled = seen.with {
            $0.stall = .effect("route")
            $0.stalledSince = .at(1000)
        }
        driver.durable = stalled
        #expect(driver.failed(.route(.primary)).isEmpty)
    }

    @Test("does not verify metrics when analysis is skipped")
    func skipped() {
        var driver = Driver(.stepped { $0.skipsAnalysis = true })
        #expect(driver.tick(target: .one, primary: .absent).deeds.contains(.initialise(.one)))
        #expect(driver.tick(target: .one).announced == ["Initialization done! app.test"])
    }

    @Test("creates primary again when a crash came before it, and complains once")
    func recreates() {
        var driver = Driver(.stepped(), seen)
        #expect(driver.tick(target: .one, primary: .absent).deeds.last == .initialise(.one))
        #expect(driver.tick(target: .one, primary: .absent) == [.initialise(.one)])
    }

    @Test("follows a target that changes before primary was ready, with a fresh deadline")
    func follows() {
        var driver = Driver(.stepped(), seen.with { $0.stalledSince = .at(1) })
        let changed = seen.with { $0.lastApplied = .two }
        #expect(driver.tick(target: .two) == [.writeStatus(changed), .initialise(.two)])
    }

    @Test(
        "fails when primary is not ready within the progress deadline, and starts anew when the target changes"
    )
    func fails() {
        var driver = Driver(.stepped(), seen)
        _ = driver.tick(target: .one, primary: .unready(.one))
        driver.seconds += 60
        let told = driver.tick(target: .one, primary: .unready(.one)).announced
        #expect(driver.durable.phase == .failed)
        #expect(told.last?.contains("progress deadline exceeded") == true)
        #expect(driver.tick(target: .one, primary: .unready(.one)).isEmpty)
        #expect(driver.tick(target: .two, primary: .unready(.one)).deeds.last == .initialise(.two))
        #expect(driver.durable.phase == .initializing)
    }
}
