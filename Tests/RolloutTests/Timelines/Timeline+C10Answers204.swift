extension Timeline {
    // swift-format-ignore: one seen line is one line here.
    static let c10Answers204 = Timeline(
        description: "c10-204",
        plan: plan("c10-204", "s", .blueGreen(iterations: 5), shifts: false),
        answers: ["confirm-rollout": ["204", "204", "202"]],
        ticks: 15,
        lines: """
              EVENT Normal [Initializing] all the metrics providers are available!
            - EVENT Warning [Initializing] c10-204-primary.s not ready: waiting for rollout to finish: observed deployment generation less than desired generation   (words)
            + EVENT Warning [Initializing] c10-204-primary.s not ready: waiting for rollout to finish: no replicas yet   (words)
              EVENT Normal [Initializing] all the metrics providers are available!
              EVENT Normal [Initialized] Initialization done! c10-204.s
              HOOK confirm-rollout phase=Initialized -> 204
            - EVENT Warning [Initialized] Halt c10-204.s advancement waiting for approval h-confirm-rollout   (5)
            + EVENT Warning [Waiting] Halt c10-204.s advancement waiting for approval h-confirm-rollout   (5)
            + HOOK rollback phase=Waiting -> 403 Forbidden   (1)
            + EVENT Normal [Waiting] Rollback hook h-rollback not signaling a rollback   (1)
              HOOK confirm-rollout phase=Waiting -> 204
            + HOOK rollback phase=Waiting -> 403 Forbidden   (1)
            + EVENT Normal [Waiting] Rollback hook h-rollback not signaling a rollback   (1)
              HOOK confirm-rollout phase=Waiting -> 202
              EVENT Normal [Waiting] Confirm-rollout check h-confirm-rollout passed
              EVENT Normal [Progressing] New revision detected! Scaling up c10-204.s
              HOOK rollback phase=Progressing -> 403 Forbidden
              EVENT Normal [Progressing] Rollback hook h-rollback not signaling a rollback
              EVENT Normal [Progressing] Starting canary analysis for c10-204.s
              HOOK pre-rollout phase=Progressing -> 200 OK
              EVENT Normal [Progressing] Pre-rollout check h-pre-rollout passed
              EVENT Normal [Progressing] Advance c10-204.s canary iteration 1/5
              HOOK rollback phase=Progressing -> 403 Forbidden
              EVENT Normal [Progressing] Rollback hook h-rollback not signaling a rollback
              HOOK rollout phase=Progressing -> 200 OK
              EVENT Normal [Progressing] Advance c10-204.s canary iteration 2/5
              HOOK rollback phase=Progressing -> 403 Forbidden
              EVENT Normal [Progressing] Rollback hook h-rollback not signaling a rollback
              HOOK rollout phase=Progressing -> 200 OK
              EVENT Normal [Progressing] Advance c10-204.s canary iteration 3/5
              HOOK rollback phase=Progressing -> 403 Forbidden
              EVENT Normal [Progressing] Rollback hook h-rollback not signaling a rollback
              HOOK rollout phase=Progressing -> 200 OK
              EVENT Normal [Progressing] Advance c10-204.s canary iteration 4/5
              HOOK rollback phase=Progressing -> 403 Forbidden
              EVENT Normal [Progressing] Rollback hook h-rollback not signaling a rollback
              HOOK rollout phase=Progressing -> 200 OK
              EVENT Normal [Progressing] Advance c10-204.s canary iteration 5/5
              HOOK rollback phase=Progressing -> 403 Forbidden
              EVENT Normal [Progressing] Rollback hook h-rollback not signaling a rollback
              HOOK rollout phase=Progressing -> 200 OK
              HOOK confirm-promotion phase=Progressing -> 200 OK
              EVENT Normal [Progressing] Confirm-promotion check h-confirm-promotion passed
            - HOOK rollback phase=Progressing -> 403 Forbidden   (4)
            - EVENT Normal [Progressing] Rollback hook h-rollback not signaling a rollback   (4)
            - HOOK rollout phase=Progressing -> 200 OK   (4)
            - HOOK confirm-promotion phase=Progressing -> 200 OK   (4)
            - EVENT Normal [Progressing] Confirm-promotion check h-confirm-promotion passed   (4)
              EVENT Normal [Progressing] Copying c10-204.s template spec to c10-204-primary.s
              HOOK post-rollout phase=Succeeded -> 200 OK
              EVENT Normal [Succeeded] Post-rollout check h-post-rollout passed
              EVENT Normal [Succeeded] Promotion completed! Scaling down c10-204.s
            """)
}
