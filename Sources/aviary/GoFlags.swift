/// The command line of a Go program, as the argument parser reads it.
enum GoFlags {
    /// Switches of the controller, which Go lets stand without a value.
    static let controllerSwitches: Set<String> = [
        "no-cross-namespace-refs", "enable-config-tracking", "enable-leader-election", "zap-replace-globals",
    ]

    /// hey's switches, which Go lets have a value.
    static let heySwitches: Set<String> = [
        "h2", "disable-compression", "disable-keepalive", "disable-redirects",
    ]

    /// Leaves out switches that are set to false, and the value of those set to true.
    static func withoutValues(_ arguments: [String], switches: Set<String>) -> [String] {
        arguments.compactMap { argument in
            let parts = argument.drop { $0 == "-" }.split(separator: "=", maxSplits: 1).map(String.init)
            guard argument.hasPrefix("-"), parts.count == 2, switches.contains(parts[0]) else {
                return argument
            }
            switch parts[1] {
            case "1", "t", "T", "true", "TRUE", "True": return "-" + parts[0]
            case "0", "f", "F", "false", "FALSE", "False": return nil
            default: return argument
            }
        }
    }

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
