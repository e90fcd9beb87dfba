import Foundation
import Standalone

extension DaemonClient {
    /// Every canary of the daemon.
    func canaries() async throws -> [CanarySnapshot] {
        try JSONDecoder().decode(CanaryList.self, from: try await send("GET", "/api/canaries")).items
    }

    /// One canary.
    func canary(_ key: CanaryKey) async throws -> CanarySnapshot {
        try JSONDecoder().decode(CanarySnapshot.self, from: try await send("GET", path(key)))
    }

    /// What happened to a canary after an entry, at most so many of the newest.
    func history(of key: CanaryKey, after id: Int64, limit: Int = 500) async throws -> [HistoryLine] {
        let answer = try await send("GET", path(key) + "/history?after=\(id)&limit=\(limit)")
        return try JSONDecoder().decode([HistoryLine].self, from: answer)
    }

    /// Pauses, resumes or aborts a rollout.
    func perform(_ action: CanaryAction, on key: CanaryKey, reason: String?) async throws -> CanarySnapshot {
        let query = reason.map { "?reason=\(queryEscaped($0))" } ?? ""
        let answer = try await send("POST", path(key) + "/\(action.rawValue)" + query)
        return try JSONDecoder().decode(CanarySnapshot.self, from: answer)
    }

    /// Deletes a canary with its target; returns when its processes have ended.
    func delete(_ key: CanaryKey) async throws { _ = try await send("DELETE", path(key)) }

    private func path(_ key: CanaryKey) -> String {
        "/api/namespaces/\(queryEscaped(key.namespace))/canaries/\(queryEscaped(key.name))"
    }
}
