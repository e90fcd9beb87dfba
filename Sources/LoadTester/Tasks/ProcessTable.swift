import Foundation

/// The machine's processes, as the kernel lists them.
enum ProcessTable {
    /// Whether a process group has a member that is not a zombie.
    static func hasLivingProcess(inGroup group: pid_t) -> Bool {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return entries.contains { entry in
            guard let process = pid_t(entry),
                let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
                // The command's name stands in parentheses and may hold anything, parentheses included.
                let nameEnd = stat.lastIndex(of: ")")
            else { return false }
            let fields = stat[nameEnd...].split(separator: " ")
            guard fields.count > 3 else { return false }
            return pid_t(fields[3]) == group && fields[1] != "Z" && fields[1] != "X"
        }
    }
}
