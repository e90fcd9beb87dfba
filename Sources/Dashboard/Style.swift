/// How a piece of text looks; plain without colours.
enum Style: Sendable, Equatable {
    case plain, bold, dim, red, green, yellow, blue, cyan, magenta

    /// The parameters of the terminal's "select graphic rendition" sequence.
    var code: String? {
        switch self {
        case .plain: nil
        case .bold: "1"
        case .dim: "2"
        case .red: "31"
        case .green: "32"
        case .yellow: "33"
        case .blue: "34"
        case .magenta: "35"
        case .cyan: "36"
        }
    }

    /// The colour of a phase: green for good ends, red for bad ones, yellow while somebody is waited for.
    static func phase(_ phase: String) -> Style {
        switch phase {
        case "Succeeded", "Initialized": .green
        case "Failed": .red
        case "Waiting", "WaitingPromotion": .yellow
        case "Progressing": .cyan
        case "Promoting", "Finalising": .blue
        case "Terminating", "Terminated": .magenta
        default: .dim
        }
    }
}
