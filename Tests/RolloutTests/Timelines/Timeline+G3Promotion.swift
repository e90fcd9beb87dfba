extension Timeline {
    // swift-format-ignore: one seen line is one line here.
    static let g3Promotion = Timeline(
        description: "g3-prom",
        plan: plan("g3-prom", "g", .stepped(by: 30, upTo: 60), shifts: true),
        answers: ["confirm-promotion": ["403 Forbidden", "403 Forbidden", "200 OK"]],
        ticks: 14,
        lines: """
              EVENT Normal [Initializing] all the metrics providers are available!
            - EVENT Warning [Initializing] g3-prom-primary.g not ready: waiting for rollout to finish: observed deployment generation less than desired generation   (words)
            + EVENT Warning [Initializing] g3-prom-primary.g not ready: waiting for rollout to finish: no replicas yet   (words)
              EVENT Normal [Initializing] all the metrics providers are available!
              EVENT Normal [Initialized] Initialization done! g3-prom.g
              HOOK confirm-rollout phase=Initialized -> 200 OK
              EVENT Normal [Initialized] Confirm-rollout check h-confirm-rollout passed
              EVENT Normal [Progressing] New revision detected! Scaling up g3-prom.g
              HOOK rollback phase=Progressing -> 403 Forbidden
              EVENT Normal [Progressing] Rollback hook h-rollback not signaling a rollback
              EVENT Normal [Progressing] Starting canary analysis for g3-prom.g
              HOOK pre-rollout phase=Progressing -> 200 OK
              EVENT Normal [Progressing] Pre-rollout check h-pre-rollout passed
              HOOK confirm-traffic-increase phase=Progressing -> 200 OK
              EVENT Normal [Progressing] Confirm-traffic-increase check h-confirm-traffic-increase passed
              EVENT Normal [Progressing] Advance g3-prom.g canary weight 30
              HOOK rollback phase=Progressing -> 403 Forbidden
              EVENT Normal [Progressing] Rollback hook h-rollback not signaling a rollback
              HOOK rollout phase=Progressing -> 200 OK
              HOOK confirm-traffic-increase phase=Progressing -> 200 OK
              EVENT Normal [Progressing] Confirm-traffic-increase check h-confirm-traffic-increase passed
              EVENT Normal [Progressing] Advance g3-prom.g canary weight 60
              HOOK rollback phase=Progressing -> 403 Forbidden
              EVENT Normal [Progressing] Rollback hook h-rollback not signaling a rollback
              HOOK rollout phase=Progressing -> 200 OK
            - HOOK confirm-traffic-increase phase=Progressing -> 200 OK   (3)
            - EVENT Normal [Progressing] Confirm-traffic-increase check h-confirm-traffic-increase passed   (3)
              HOOK confirm-promotion phase=Progressing -> 403 Forbidden
            - EVENT Warning [Progressing] Halt g3-prom.g advancement waiting for promotion approval h-confirm-promotion   (5)
            + EVENT Warning [WaitingPromotion] Halt g3-prom.g advancement waiting for promotion approval h-confirm-promotion   (5)
              HOOK rollback phase=WaitingPromotion -> 403 Forbidden
              EVENT Normal [WaitingPromotion] Rollback hook h-rollback not signaling a rollback
              HOOK rollout phase=Progressing -> 200 OK
              HOOK confirm-promotion phase=Progressing -> 403 Forbidden
              HOOK rollback phase=WaitingPromotion -> 403 Forbidden
              EVENT Normal [WaitingPromotion] Rollback hook h-rollback not signaling a rollback
              HOOK rollout phase=Progressing -> 200 OK
              HOOK confirm-promotion phase=Progressing -> 200 OK
              EVENT Normal [WaitingPromotion] Confirm-promotion check h-confirm-promotion passed
              EVENT Normal [WaitingPromotion] Copying g3-prom.g template spec to g3-prom-primary.g
              EVENT Normal [Promoting] Routing all traffic to primary
              HOOK post-rollout phase=Succeeded -> 200 OK
              EVENT Normal [Succeeded] Post-rollout check h-post-rollout passed
              EVENT Normal [Succeeded] Promotion completed! Scaling down g3-prom.g
            """)
}
