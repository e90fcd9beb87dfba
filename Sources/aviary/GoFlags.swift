import ArgumentParser

/// The command line of a Go program, as the argument parser reads it.
enum GoFlags {
    /// Switches of the controller, which Go lets stand without a value.
    static let controllerSwitches: Set<String> = [
        "no-cross-namespace-refs", "enable-config-tracking", "enable-leader-election", "zap-replace-globals",
    ]

    /// hey's switches, which Go lets have a value, and our own.
    static let heySwitches: Set<String> = [
        "h2", "disable-compression", "disable-keepalive", "disable-redirects", "h2c", "verify",
    ]

    /// hey's flags that have a value, and our own.
    static let heyOptions: Set<String> = [
        "n", "c", "q", "z", "o", "output", "m", "H", "t", "A", "d", "D", "T", "a", "host", "cpus", "x", "U",
        "cacert",
        "rate", "threshold",
    ]

    /// What the argument parser itself knows.
    private static let helpSwitches: Set<String> = ["h", "help", "version", "experimental-dump-help"]

    /// Refuses the first flag that there is not, as Go does: one that begins with another flag's letter is no
    /// short form of that flag with its value.
    ///
    /// - Parameters:
    ///   - arguments: what follows the name of the subcommand.
    ///   - options: the names of flags with a value.
    ///   - switches: the names of flags without.
    /// - Throws: `ValidationError`, which names the flag and those like it.
    static func check(_ arguments: [String], options: Set<String>, switches: Set<String>) throws {
        var rest = arguments[...]
        while let argument = rest.popFirst(), argument != "--" {
            guard argument.hasPrefix("-"), argument != "-" else { continue }
            let parts = argument.dropFirst(argument.hasPrefix("--") ? 2 : 1)
                .split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            if options.contains(name) {
                if parts.count == 1 { _ = rest.popFirst() }
            } else if !switches.contains(name), !helpSwitches.contains(name) {
                let near = FlagSuggestion(for: name, among: options.union(switches)).names
                let hint =
                    near.isEmpty ? "" : "; did you mean \(near.map { "-\($0)" }.joined(separator: " or "))?"
                throw ValidationError("unknown flag -\(name)\(hint)")
            }
        }
    }

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
