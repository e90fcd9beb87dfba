/// The command line of a Go program, as the argument parser reads it.
enum GoFlags {
    /// Switches of the controller, which Go lets stand without a value.
    static let controllerSwitches: Set<String> = [
        "no-cross-namespace-refs", "enable-config-tracking", "enable-leader-election", "zap-replace-globals",
    ]

    /// Gives flags with one dash a second one, and switches without a value the value true.
    ///
    /// - Parameters:
    ///   - arguments: what follows the name of the subcommand.
    ///   - switches: the names of switches.
    static func normalised(_ arguments: [String], switches: Set<String>) -> [String] {
        arguments.map { argument in
            guard argument.hasPrefix("-"), argument != "-", argument != "--", argument != "-h" else {
                return argument
            }
            let name = argument.drop { $0 == "-" }
            return switches.contains(String(name)) ? "--\(name)=true" : "--\(name)"
        }
    }
}
