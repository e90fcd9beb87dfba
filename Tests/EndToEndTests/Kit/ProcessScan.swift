import Foundation
import Glibc

/// Finds processes by a variable in their environment, which children inherit.
enum ProcessScan {
    struct Found: Hashable {
        var pid: pid_t
        var command: String
        /// Which side of a canary it serves; empty for what is no replica.
        var side: String
        /// What it was told to listen on.
        var port: Int?
    }

    /// Living processes that carry the variable with that value.
    static func processes(with variable: String, _ value: String) -> [Found] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap(pid_t.init).filter { $0 != getpid() }.compactMap { pid in
            guard let environment = try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(pid)/environ")) else {
                return nil
            }
            let entries = environment.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            guard entries.contains("\(variable)=\(value)") else { return nil }
            let line = (try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(pid)/cmdline"))) ?? Data()
            let words = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            // A zombie has neither.
            guard !words.isEmpty else { return nil }
            let side = entries.first { $0.hasPrefix("AVIARY_SIDE=") }?.dropFirst("AVIARY_SIDE=".count) ?? ""
            let port = entries.first { $0.hasPrefix("PORT=") }?.dropFirst("PORT=".count)
            return Found(
                pid: pid, command: words.joined(separator: " "), side: String(side),
                port: port.flatMap { Int($0) })
        }
    }

    /// A table of the kernel's in full: it gives a part at a time, and `String(contentsOfFile:)` takes one.
    static func table(_ path: String) throws -> String {
        let file = try FileHandle(forReadingFrom: URL(filePath: path))
        return String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
    }

    /// How many connections to a loopback port are open.
    static func connections(to port: Int) throws -> Int {
        let digits = String(port, radix: 16, uppercase: true)
        let address = "0100007F:" + String(repeating: "0", count: 4 - digits.count) + digits
        return try table("/proc/net/tcp").split(separator: "\n").count {
            let fields = $0.split(separator: " ")
            return fields.count > 3 && fields[2] == address && fields[3] == "01"
        }
    }
}
