import ArgumentParser
import Controller
import Foundation
import KubernetesClient
import Logging
import ServiceLifecycle

/// `aviary controller`: the canaries of a Kubernetes cluster, with the peer's flags.
struct ControllerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "controller",
        abstract: "Release the canaries of a Kubernetes cluster.",
        discussion: """
            Takes over a cluster that runs Flagger: same resources, same flags, with one dash or two. Scale one
            Deployment down and the other up; canaries at rest stay at rest. A switch may be written alone or
            with =true or =false.

            EXAMPLES
              aviary controller -mesh-provider=gatewayapi:v1 -metrics-server=http://prometheus.monitoring:9090
              aviary controller --kubeconfig ~/.kube/config --namespace test --log-level debug
              aviary controller -enable-leader-election -leader-election-namespace=aviary-system
            """,
        version: Aviary.version)

    @OptionGroup(title: "Cluster") var cluster: ControllerClusterOptions
    @OptionGroup(title: "Canaries") var canaries: ControllerCanaryOptions
    @OptionGroup(title: "Alerts and events") var alerts: ControllerAlertOptions
    @OptionGroup(title: "Process") var process: ControllerProcessOptions

    /// Longer than ticks take to end.
    private static let shutdownLimit = Duration.seconds(30)

    func validate() throws {
        guard (0...65_535).contains(process.port) else {
            throw ValidationError("--port \(process.port) is not a TCP port: give a number from 0 to 65535")
        }
        guard cluster.queriesPerSecond > 0, cluster.burst > 0 else {
            throw ValidationError("--kubeconfig-qps and --kubeconfig-burst must be above 0")
        }
        guard process.threadiness > 0 else { throw ValidationError("--threadiness must be at least 1") }
        guard !canaries.labels.isEmpty else {
            throw ValidationError("--selector-labels must name at least one label, such as app")
        }
        guard RouterType.named(canaries.meshProvider) != nil else {
            let known = RouterType.all.flatMap(\.providers).joined(separator: ", ")
            throw ValidationError(
                "--mesh-provider \(canaries.meshProvider) is not supported: use one of \(known)")
        }
    }

    func run() async throws {
        let level = process.logLevel
        let isJSON = process.logEncoding == .json
        let logger = Logger(label: "controller") { label -> any LogHandler in
            var handler: any LogHandler =
                isJSON ? JSONLogHandler(label: label) : LineLogHandler(label: label)
            handler.logLevel = level
            return handler
        }
        let program: ControllerProgram
        do {
            program = try ControllerProgram(options, version: Aviary.version, logger: logger) { port in
                logger.info("listening", metadata: ["port": "\(port)"])
            }
        } catch {
            throw ValidationError("\(error)")
        }
        var configuration = ServiceGroupConfiguration(
            services: [.init(service: program, successTerminationBehavior: .gracefullyShutdownGroup)],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        configuration.maximumGracefulShutdownDuration = Self.shutdownLimit
        try await ServiceGroup(configuration: configuration).run()
    }

    private var options: ControllerOptions {
        var options = ControllerOptions()
        options.kubeconfig = cluster.kubeconfig.isEmpty ? nil : cluster.kubeconfig
        options.server = cluster.master.isEmpty ? nil : cluster.master
        options.requestsPerSecond = Double(cluster.queriesPerSecond)
        options.burst = cluster.burst
        options.namespace = cluster.namespace
        options.port = process.port
        options.electsLeader = process.electsLeader
        options.leaseNamespace = process.leaseNamespace
        options.concurrency = max(256, process.threadiness)
        options.selectorLabels = canaries.labels
        options.labelPrefixes = ControllerCanaryOptions.list(canaries.labelPrefixes)
        options.tracksConfiguration = canaries.tracksConfiguration
        options.settings.provider = canaries.meshProvider
        options.settings.minimumInterval = canaries.minimumInterval
        options.settings.eventWebhook = alerts.eventWebhookURL
        options.settings.metricsServer = canaries.metricsServer
        options.settings.alerts = alerts.receiver
        options.settings.clusterName = alerts.clusterName
        options.settings.routers.ingressAnnotationsPrefix = canaries.ingressPrefix
        options.settings.routers.ingressClass = canaries.ingressClass
        options.settings.routers.refusesOtherNamespaces = cluster.refusesOtherNamespaces
        return options
    }
}
