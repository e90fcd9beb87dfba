import ArgumentParser

/// Where the daemon is.
struct ServerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The daemon's address (AVIARY_SERVER, or http://127.0.0.1:8080).", valueName: "url"))
    var server: String?

    var client: ServerClient { ServerClient(server) }
}
