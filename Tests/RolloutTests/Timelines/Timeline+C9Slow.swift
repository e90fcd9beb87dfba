extension Timeline {
    // swift-format-ignore: one seen line is one line here.
    static let c9Slow = Timeline(
        description: "c9-slow",
        plan: plan("c9-slow", "s", .blueGreen(iterations: 5), shifts: false),
        answers: ["pre-rollout": ["429 slow down", "200 OK"]],
        ticks: 14,
        lines: """
              EVENT Normal [Initializing] all the metrics providers are available!
            - EVENT Warning [Initializing] c9-slow-primary.s not ready: waiting for rollout to finish: observed deployment generation less than desired generation   (words)
            + EVENT Warning [Initializing] c9-slow-primary.s not ready: waiting for rollout to finish: no replicas yet   (words)
              EVENT Normal [Initializing] all the metrics providers are available!
              EVENT Normal [Initialized] Initialization done! c9-slow.s
              HOOK confirm-rollout phase=Initialized -> 200 OK
              EVENT Normal [Initialized] Confirm-rollout check h-confirm-rollout passed
              EVENT Normal [Progressing] New revision detected! Scaling up c9-slow.s
              HOOK rollback phase=Progressing -> 403 Forbidden
              EVENT Normal [Progressing] Rollback hook h-rollback not signaling a rollback
              EVENT Normal [Progressing] Starting canary analysis for c9-slow.s
            - HOOK pre-rollout phase=Progressing -> 200 late   (6)
            - HOOK pre-rollout phase=Progressing -> 503 busy   (6)
              HOOK pre-rollout phase=Progressing -> 429 slow down
            - EVENT Warning [Progressing] Halt c9-slow.s advancement pre-rollout check h-pre-rollout failed POST http://127.0.0.1:18080/pre-rollout giving up after 3 attempt(s)   (6)
            + EVENT Warning [Progressing] Halt c9-slow.s advancement pre-rollout check h-pre-rollout failed slow down   (6)
              HOOK rollback phase=Progressing -> 403 Forbidden
              EVENT Normal [Progressing] Rollback hook h-rollback not signaling a rollback
              EVENT Normal [Progressing] Starting canary analysis for c9-slow.s
              HOOK pre-rollout phase=Progressing -> 200 OK
              EVENT Normal [Progressing] Pre-rollout check h-pre-rollout passed
              EVENT Normal [Progressing] Advance c9-slow.s canary iteration 1/5
              HOOK rollback phase=Progressing -> 403 Forbidden
              EVENT Normal [Progressing] Rollback hook h-rollback not signaling a rollback
              HOOK rollout phase=Progressing -> 200 OK
              EVENT Normal [Progressing] Advance c9-slow.s canary iteration 2/5
              HOOK rollback phase=Progressing -> 403 Forbidden
              EVENT Normal [Progressing] Rollback hook h-rollback not signaling a rollback
              HOOK rollout phase=Progressing -> 200 OK
              EVENT Normal [Progressing] Advance c9-slow.s canary iteration 3/5
              HOOK rollback phase=Progressing -> 403 Forbidden
              EVENT Normal [Progressing] Rollback hook h-rollback not signaling a rollback
              HOOK rollout phase=Progressing -> 200 OK
              EVENT Normal [Progressing] Advance c9-slow.s canary iteration 4/5
              HOOK rollback phase=Progressing -> 403 Forbidden
              EVENT Normal [Progressing] Rollback hook h-rollback not signaling a rollback
              HOOK rollout phase=Progressing -> 200 OK
              EVENT Normal [Progressing] Advance c9-slow.s canary iteration 5/5
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
              EVENT Normal [Progressing] Copying c9-slow.s template spec to c9-slow-primary.s
              HOOK post-rollout phase=Succeeded -> 200 OK
              EVENT Normal [Succeeded] Post-rollout check h-post-rollout passed
              EVENT Normal [Succeeded] Promotion completed! Scaling down c9-slow.s
            """)
}
