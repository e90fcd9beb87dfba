extension Timeline {
    // swift-format-ignore: one seen line is one line here.
    static let g1Passes = Timeline(
        description: "g1-ok",
        plan: plan("g1-ok", "g", .stepped(by: 30, upTo: 60), shifts: true),
        answers: [:],
        ticks: 12,
        lines: """
              EVENT Normal [Initializing] all the metrics providers are available!
            - EVENT Warning [Initializing] g1-ok-primary.g not ready: waiting for rollout to finish: observed deployment generation less than desired generation   (words)
            + EVENT Warning [Initializing] g1-ok-primary.g not ready: waiting for rollout to finish: no replicas yet   (words)
              EVENT Normal [Initializing] all the metrics providers are available!
              EVENT Normal [Initialized] Initialization done! g1-ok.g
              HOOK confirm-rollout phase=Initialized -> 200 OK
              EVENT Normal [Initialized] Confirm-rollout check h-confirm-rollout passed
              EVENT Normal [Progressing] New revision detected! Scaling up g1-ok.g
              HOOK rollback phase=Progressing -> 403 Forbidden
              EVENT Normal [Progressing] Rollback hook h-rollback not signaling a rollback
              EVENT Normal [Progressing] Starting canary analysis for g1-ok.g
              HOOK pre-rollout phase=Progressing -> 200 OK
              EVENT Normal [Progressing] Pre-rollout check h-pre-rollout passed
              HOOK confirm-traffic-increase phase=Progressing -> 200 OK
              EVENT Normal [Progressing] Confirm-traffic-increase check h-confirm-traffic-increase passed
              EVENT Normal [Progressing] Advance g1-ok.g canary weight 30
              HOOK rollback phase=Progressing -> 403 Forbidden
              EVENT Normal [Progressing] Rollback hook h-rollback not signaling a rollback
              HOOK rollout phase=Progressing -> 200 OK
              HOOK confirm-traffic-increase phase=Progressing -> 200 OK
              EVENT Normal [Progressing] Confirm-traffic-increase check h-confirm-traffic-increase passed
              EVENT Normal [Progressing] Advance g1-ok.g canary weight 60
              HOOK rollback phase=Progressing -> 403 Forbidden
              EVENT Normal [Progressing] Rollback hook h-rollback not signaling a rollback
              HOOK rollout phase=Progressing -> 200 OK
            - HOOK confirm-traffic-increase phase=Progressing -> 200 OK   (3)
            - EVENT Normal [Progressing] Confirm-traffic-increase check h-confirm-traffic-increase passed   (3)
              HOOK confirm-promotion phase=Progressing -> 200 OK
              EVENT Normal [Progressing] Confirm-promotion check h-confirm-promotion passed
              EVENT Normal [Progressing] Copying g1-ok.g template spec to g1-ok-primary.g
              EVENT Normal [Promoting] Routing all traffic to primary
              HOOK post-rollout phase=Succeeded -> 200 OK
              EVENT Normal [Succeeded] Post-rollout check h-post-rollout passed
              EVENT Normal [Succeeded] Promotion completed! Scaling down g1-ok.g
            """)
}
