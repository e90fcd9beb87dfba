extension Timeline {
    // swift-format-ignore: one seen line is one line here.
    static let c4Rollout = Timeline(
        description: "c4-rollout",
        plan: plan("c4-rollout", "s", .blueGreen(iterations: 5), shifts: false),
        answers: ["rollout": ["200 OK", "400 load test failed"]],
        ticks: 9,
        lines: """
              EVENT Normal [Initializing] all the metrics providers are available!
            - EVENT Warning [Initializing] c4-rollout-primary.s not ready: waiting for rollout to finish: observed deployment generation less than desired generation   (words)
            + EVENT Warning [Initializing] c4-rollout-primary.s not ready: waiting for rollout to finish: no replicas yet   (words)
              EVENT Normal [Initializing] all the metrics providers are available!
              EVENT Normal [Initialized] Initialization done! c4-rollout.s
              HOOK confirm-rollout phase=Initialized -> 200 OK
              EVENT Normal [Initialized] Confirm-rollout check h-confirm-rollout passed
              EVENT Normal [Progressing] New revision detected! Scaling up c4-rollout.s
              HOOK rollback phase=Progressing -> 403 Forbidden
              EVENT Normal [Progressing] Rollback hook h-rollback not signaling a rollback
              EVENT Normal [Progressing] Starting canary analysis for c4-rollout.s
              HOOK pre-rollout phase=Progressing -> 200 OK
              EVENT Normal [Progressing] Pre-rollout check h-pre-rollout passed
              EVENT Normal [Progressing] Advance c4-rollout.s canary iteration 1/5
              HOOK rollback phase=Progressing -> 403 Forbidden
              EVENT Normal [Progressing] Rollback hook h-rollback not signaling a rollback
              HOOK rollout phase=Progressing -> 200 OK
              EVENT Normal [Progressing] Advance c4-rollout.s canary iteration 2/5
              HOOK rollback phase=Progressing -> 403 Forbidden
              EVENT Normal [Progressing] Rollback hook h-rollback not signaling a rollback
              HOOK rollout phase=Progressing -> 400 load test failed
              EVENT Warning [Progressing] Halt c4-rollout.s advancement external check h-rollout failed load test failed
              HOOK rollback phase=Progressing -> 403 Forbidden
              EVENT Normal [Progressing] Rollback hook h-rollback not signaling a rollback
              HOOK rollout phase=Progressing -> 400 load test failed
              EVENT Warning [Progressing] Halt c4-rollout.s advancement external check h-rollout failed load test failed
            - HOOK rollback phase=Progressing -> 403 Forbidden   (13)
            - EVENT Normal [Progressing] Rollback hook h-rollback not signaling a rollback   (13)
              EVENT Warning [Progressing] Rolling back c4-rollout.s failed checks threshold reached 2
              EVENT Warning [Failed] Canary failed! Scaling down c4-rollout.s
              HOOK post-rollout phase=Failed -> 200 OK
            - EVENT Normal [Progressing] Post-rollout check h-post-rollout passed   (5)
            + EVENT Normal [Failed] Post-rollout check h-post-rollout passed   (5)
            """)
}
