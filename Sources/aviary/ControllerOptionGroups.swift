import ArgumentParser
import Controller
import FlaggerAPI
import Foundation
import Logging

/// How the controller finds and asks its cluster.
struct ControllerClusterOptions: ParsableArguments {
    @Option(help: "A kubeconfig; without it KUBECONFIG, the pod's service account or ~/.kube/config.")
    var kubeconfig = ""
    @Option(help: "The URL of the API server, in the place of the kubeconfig's.") var master = ""
    @Option(
        name: .customLong("kubeconfig-qps"), help: "Requests a second to the API server, in the long run.")
    var queriesPerSecond = 100
    @Option(name: .customLong("kubeconfig-burst"), help: "Requests at once to the API server, after a rest.")
    var burst = 250
    @Option(
        name: .customLong("kubeconfig-service-mesh"),
        help:
            "Not supported: routes in another cluster. Refused unless it is empty or the same as --kubeconfig."
    )
    var meshKubeconfig = ""
    @Option(help: "Watch this namespace alone.") var namespace = ""
    @Option(
        name: .customLong("no-cross-namespace-refs"),
        help: "Refuse canaries that refer to other namespaces.", transform: readSwitch)
    var refusesOtherNamespaces = false

    func validate() throws {
        guard meshKubeconfig.isEmpty || meshKubeconfig == kubeconfig else {
            throw ValidationError(
                "--kubeconfig-service-mesh: routes in another cluster are not supported; run the controller there"
            )
        }
    }
}

/// How canaries are released.
struct ControllerCanaryOptions: ParsableArguments {
    @Option(help: "The provider of canaries that name none.") var meshProvider = "istio"
    @Option(help: "The Prometheus that measures the builtin metrics.") var metricsServer =
        "http://prometheus:9090"
    @Option(
        name: .customLong("min-interval"),
        help: "Tick a canary no more often, whatever its interval.", transform: durationArgument)
    var minimumInterval: Duration = .seconds(10)
    @Option(help: "Labels that may tell the pods of primary and canary apart, by commas.")
    var selectorLabels = "app,name,app.kubernetes.io/name"
    @Option(
        name: .customLong("include-label-prefix"),
        help: "Prefixes of labels and annotations that primary gets from its target, by commas; * for all.")
    var labelPrefixes = ""
    @Option(
        name: .customLong("enable-config-tracking"),
        help: "Take ConfigMaps and Secrets as part of a revision.", transform: readSwitch)
    var tracksConfiguration = true
    @Option(name: .customLong("ingress-annotations-prefix"), help: "The prefix of NGINX's annotations.")
    var ingressPrefix = "nginx.ingress.kubernetes.io"
    @Option(help: "The ingress class of generated HTTPProxy objects.") var ingressClass = ""

    /// The labels that may be selectors.
    var labels: [String] { Self.list(selectorLabels) }

    /// The parts of a list by commas.
    static func list(_ text: String) -> [String] {
        text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }
}

/// Who hears of what happens.
struct ControllerAlertOptions: ParsableArguments {
    @Option(
        help:
            "A webhook for the events of canaries that have no event hook of their own (or EVENT_WEBHOOK_URL)."
    )
    var eventWebhook = ""
    @Option(help: "The cluster's name, for alerts.") var clusterName = ""
    @Option(
        name: .customLong("slack-url"),
        help: "A Slack webhook for the alerts of canaries that name no provider (or SLACK_URL).")
    var slackURL = ""
    @Option(help: "Slack's bot token (or SLACK_TOKEN).") var slackToken = ""
    @Option(name: .customLong("slack-proxy-url"), help: "The proxy on the way to Slack (or SLACK_PROXY_URL).")
    var slackProxyURL = ""
    @Option(help: "The sender's name in Slack.") var slackUser = "flagger"
    @Option(help: "The channel in Slack.") var slackChannel = ""
    @Option(
        name: .customLong("msteams-url"),
        help: "A Microsoft Teams webhook, instead of Slack (or MSTEAMS_URL).")
    var teamsURL = ""
    @Option(
        name: .customLong("msteams-proxy-url"),
        help: "The proxy on the way to Microsoft Teams (or MSTEAMS_PROXY_URL).")
    var teamsProxyURL = ""

    /// Who hears the alerts of canaries that name no provider.
    var receiver: GlobalAlerts {
        var receiver = GlobalAlerts()
        let teams = Self.environment("MSTEAMS_URL") ?? teamsURL
        let slack = Self.environment("SLACK_URL") ?? slackURL
        if !teams.isEmpty {
            receiver.receiver = .msteams
            receiver.address = teams
            receiver.proxy = Self.environment("MSTEAMS_PROXY_URL") ?? teamsProxyURL
        } else if !slack.isEmpty {
            receiver.receiver = .slack
            receiver.address = slack
            receiver.token = Self.environment("SLACK_TOKEN") ?? slackToken
            receiver.proxy = Self.environment("SLACK_PROXY_URL") ?? slackProxyURL
            receiver.username = slackUser
            receiver.channel = slackChannel
        }
        return receiver
    }

    /// The environment comes first, as on the peer.
    var eventWebhookURL: String { Self.environment("EVENT_WEBHOOK_URL") ?? eventWebhook }

    static func environment(_ name: String) -> String? {
        ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    func validate() throws {
        guard eventWebhook.isEmpty || URL(string: eventWebhook)?.host() != nil else {
            throw ValidationError("--event-webhook \(eventWebhook): write http://host[:port]/path")
        }
    }
}

/// The process itself.
struct ControllerProcessOptions: ParsableArguments {
    /// How log lines are written.
    enum LogEncoding: String, ExpressibleByArgument { case json, console }

    @Option(help: "The port of /healthz, /readyz and /metrics; 0 for any free one.") var port = 8080
    @Option(help: "debug, info, warning or error.", transform: readControllerLogLevel)
    var logLevel: Logger.Level = .info
    @Option(name: [.customLong("log-encoding"), .customLong("zap-encoding")], help: "json or console.")
    var logEncoding = LogEncoding.json
    @Option(
        name: .customLong("enable-leader-election"),
        help: "Let one of several processes work at a time.", transform: readSwitch)
    var electsLeader = false
    @Option(
        name: .customLong("leader-election-namespace"),
        help: "The namespace of the lease; the watched namespace when one is given.")
    var leaseNamespace = "kube-system"
    @Option(help: "Canaries ticked at the same time; raised to 256, since ticks wait more than they work.")
    var threadiness = 2
    @Option(
        help:
            "Accepted and without meaning here: every canary has its own interval, and changes are watched.",
        transform: durationArgument)
    var controlLoopInterval: Duration = .seconds(10)
    @Option(
        help: "Accepted and without meaning here: there is one logger.", transform: readSwitch)
    var zapReplaceGlobals = false
}

/// A switch as Go writes it.
@Sendable func readSwitch(_ text: String) throws -> Bool {
    switch text {
    case "1", "t", "T", "true", "TRUE", "True": return true
    case "0", "f", "F", "false", "FALSE", "False": return false
    default: throw ValidationError("\"\(text)\" is not true or false")
    }
}

@Sendable private func readControllerLogLevel(_ text: String) throws -> Logger.Level {
    guard let level = Logger.Level(rawValue: text == "warn" ? "warning" : text) else {
        throw ValidationError("\"\(text)\" is not a log level: use debug, info, warning or error")
    }
    return level
}
