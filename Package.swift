// swift-tools-version: 6.1
import PackageDescription

#if canImport(Glibc)
import Glibc
#endif

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// The simulator runs tens of thousands of rollouts in every test run; without optimisation they
/// would take minutes, so the pure core and what it drives are optimised in debug builds as well.
let optimised: [SwiftSetting] = strict + [.unsafeFlags(["-O"], .when(configuration: .debug))]

/// Half of a small server's memory is the pages of its own program. A release therefore exports no
/// symbols (nothing loads code into it), is linked by the toolchain's lld, and packs its relocations
/// where the C library can read them so (glibc 2.36): 43 MB of resident memory become 36.
var lean: [LinkerSetting] {
    var flags = ["-use-ld=lld", "-Xlinker", "--no-export-dynamic"]
    #if canImport(Glibc)
    var name = [CChar](repeating: 0, count: 64)
    confstr(Int32(_CS_GNU_LIBC_VERSION), &name, name.count)
    let text = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let version = text.split { !$0.isNumber }.compactMap { Int($0) }
    if !version.lexicographicallyPrecedes([2, 36]) {
        flags += ["-Xlinker", "-z", "-Xlinker", "pack-relative-relocs"]
    }
    #endif
    return [.unsafeFlags(flags, .when(platforms: [.linux], configuration: .release))]
}

let eventLoops: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
]
let nio: [Target.Dependency] = eventLoops + [.product(name: "NIOHTTP1", package: "swift-nio")]
let tls: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let log: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let sqlite: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let httpClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")
let histogram: Target.Dependency = .product(name: "Histogram", package: "hdrhistogram-swift")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let protobuf: Target.Dependency = .product(name: "SwiftProtobuf", package: "swift-protobuf")
let rsa: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let certificates: Target.Dependency = .product(name: "X509", package: "swift-certificates")
let certificateReloading: Target.Dependency = .product(
    name: "NIOCertificateReloading", package: "swift-nio-extras")
let httpTypes: Target.Dependency = .product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let http2: [Target.Dependency] = [
    .product(name: "NIOHTTP2", package: "swift-nio-http2"),
    .product(name: "NIOHPACK", package: "swift-nio-http2"),
]

let package = Package(
    name: "aviary",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "aviary", targets: ["aviary"]),
        .library(name: "DeliveryTesting", targets: ["DeliveryTesting"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0", traits: []),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        // The core: pure decisions, no imports.
        .target(name: "Rollout", swiftSettings: optimised),
        // Any JSON value, for what is passed on without being read.
        .target(name: "JSON", swiftSettings: optimised),
        // Random numbers whose sequence follows from a seed.
        .target(name: "Randomness", swiftSettings: optimised),
        // Lengths of time in Go's syntax, deadlines, and what tasks wait for.
        .target(name: "Timing", swiftSettings: optimised),
        // The machine's processes, read from /proc.
        .target(name: "Processes", swiftSettings: optimised),
        // Metrics in the text format of Prometheus.
        .target(name: "Exposition", swiftSettings: strict),
        // Wire types of the Canary API, their defaults and their validation.
        .target(
            name: "FlaggerAPI", dependencies: ["JSON", "Rollout", "Timing", yams], swiftSettings: strict),
        // The interpreter of the core's effects: hooks, metrics, events, status.
        .target(
            name: "Delivery",
            dependencies: [
                "Rollout", "FlaggerAPI", "JSON", "Timing", httpClient, tls, log, crypto, rsa,
            ] + nio,
            swiftSettings: optimised),
        // Strict reading of HTTP/1.1 heads and bodies, for the proxy's and the load generator's hot paths.
        .target(name: "HTTP1", swiftSettings: optimised),
        // The reverse proxy that splits traffic between primary and canary.
        .target(
            name: "Proxy", dependencies: ["HTTP1", "Randomness"] + eventLoops + http2 + [log],
            swiftSettings: optimised),
        // Gates and test tasks behind the load tester API.
        .target(
            name: "LoadTester",
            dependencies: nio + [
                "Exposition", "HTTP1", "LoadGenerator", "Processes", "Timing", hummingbird, sqlite,
                subprocess,
                log, lifecycle, httpClient, tls, crypto, certificates, certificateReloading, httpTypes,
            ],
            swiftSettings: optimised),
        // gRPC on the wire, and messages by their descriptors: .proto files, reflection, JSON.
        .target(name: "GRPC", dependencies: ["JSON", protobuf] + nio, swiftSettings: optimised),
        // Load generation: hey and ghz.
        .target(
            name: "LoadGenerator", dependencies: ["GRPC", "HTTP1"] + nio + http2 + [histogram, tls],
            swiftSettings: optimised),
        // A small HTTP service to release in examples and tests.
        .target(
            name: "SampleApp",
            dependencies: [
                "GRPC", hummingbird, .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdHTTP2", package: "hummingbird"), lifecycle, log,
            ], swiftSettings: strict),
        // The system calls of process supervision, and the allocator's settings, that Swift's Glibc module does not show.
        .target(name: "CProcess"),
        // One machine without Kubernetes: processes, proxy, SQLite.
        .target(
            name: "Standalone",
            dependencies: [
                "CProcess", "Delivery", "Exposition", "FlaggerAPI", "LoadTester", "Processes", "Proxy",
                "Rollout", "Timing", hummingbird, httpClient, sqlite, log, lifecycle,
            ] + nio,
            swiftSettings: strict),
        // Talks to an API server; knows nothing of canaries.
        .target(
            name: "KubernetesClient",
            dependencies: ["JSON", "Timing", httpClient, tls, yams, log, lifecycle, subprocess] + nio,
            swiftSettings: strict),
        // Canaries of a cluster: workloads, routers, status.
        .target(
            name: "Controller",
            dependencies: [
                "CProcess", "Delivery", "Exposition", "FlaggerAPI", "JSON", "KubernetesClient", "Rollout",
                "Timing", crypto, hummingbird, httpClient, log, lifecycle,
            ] + nio,
            swiftSettings: strict),
        // The live terminal view of rollouts.
        .target(name: "Dashboard", swiftSettings: strict),
        .executableTarget(
            name: "aviary",
            dependencies: [
                "CProcess", "Controller", "Dashboard", "FlaggerAPI", "GRPC", "JSON", "KubernetesClient",
                "LoadGenerator",
                "LoadTester",
                "SampleApp", "Standalone", "Timing", arguments, httpClient, log, lifecycle, tls,
            ],
            swiftSettings: strict, linkerSettings: lean),
        // The simulated world: virtual clock, faults, crashes.
        .target(
            name: "DeliveryTesting", dependencies: ["Delivery", "FlaggerAPI", "Randomness", "Rollout"],
            swiftSettings: optimised),
        // A real control plane for tests, and a server that misbehaves.
        .target(
            name: "KubernetesTesting", dependencies: ["JSON", "KubernetesClient", subprocess, tls] + nio,
            swiftSettings: strict),
        // A process that wants to lead, for the tests of leader election.
        .executableTarget(
            name: "LeaseContender", dependencies: ["JSON", "KubernetesClient", log], swiftSettings: strict),
        // A process that watches, for the tests of how much memory that takes.
        .executableTarget(
            name: "CacheProbe", dependencies: ["JSON", "KubernetesClient"], swiftSettings: strict),

        .testTarget(name: "JSONTests", dependencies: ["JSON", "Randomness"], swiftSettings: strict),
        .testTarget(name: "RolloutTests", dependencies: ["Rollout"], swiftSettings: strict),
        .testTarget(name: "TimingTests", dependencies: ["Timing"], swiftSettings: strict),
        .testTarget(
            name: "FlaggerAPITests", dependencies: ["FlaggerAPI", "Randomness", "aviary"],
            resources: [.copy("Resources")],
            swiftSettings: strict),
        .testTarget(
            name: "DeliveryTests", dependencies: ["Delivery", "FlaggerAPI", tls] + nio, swiftSettings: strict),
        .testTarget(
            name: "ProxyTests",
            dependencies: [
                "HTTP1", "Proxy", "Randomness", .product(name: "NIOEmbedded", package: "swift-nio"),
            ] + nio
                + http2,
            swiftSettings: strict),
        // Starts the built binary as well, to kill it.
        .testTarget(
            name: "LoadTesterTests",
            dependencies: [
                "LoadTester", "Processes", "Randomness", "aviary", httpClient, hummingbird, sqlite, tls,
                certificates,
                crypto,
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ] + nio,
            resources: [.copy("Resources/loadtester.jsonl")], swiftSettings: strict),
        .testTarget(
            name: "LoadGeneratorTests", dependencies: ["LoadGenerator", "aviary"] + nio + http2,
            swiftSettings: strict
        ),
        // Against Python's gRPC, which Scripts/install-dependencies installs.
        .testTarget(
            name: "GRPCTests",
            dependencies: ["GRPC", "JSON", "LoadGenerator", "Proxy", "SampleApp", "aviary", log, tls] + nio
                + http2,
            exclude: ["Peer"], swiftSettings: strict),
        .testTarget(name: "SampleAppTests", dependencies: ["SampleApp", httpClient], swiftSettings: strict),
        // Against a real API server, which Scripts/kubernetes-test-env starts.
        .testTarget(
            name: "KubernetesClientTests",
            dependencies: [
                "CacheProbe", "JSON", "KubernetesClient", "KubernetesTesting", "LeaseContender", lifecycle,
                log, subprocess, tls,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ControllerTests",
            dependencies: [
                "Controller", "JSON", "KubernetesClient", "KubernetesTesting", "Randomness", "aviary",
                subprocess,
            ] + nio,
            resources: [.copy("Resources")], swiftSettings: strict),
        .testTarget(name: "DashboardTests", dependencies: ["Dashboard"], swiftSettings: strict),
        .testTarget(
            name: "StandaloneTests", dependencies: ["Processes", "Standalone", log, sqlite],
            swiftSettings: strict),
        .testTarget(
            name: "Simulation", dependencies: ["Delivery", "DeliveryTesting", "FlaggerAPI", "Rollout"],
            swiftSettings: strict),
        // Drives the built binary from outside, as a user would.
        .testTarget(
            name: "EndToEndTests", dependencies: ["aviary", httpClient, sqlite] + nio,
            resources: [.copy("Resources/Timelines"), .copy("Resources/Databases")], swiftSettings: strict),
        .testTarget(name: "StyleTests", swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
