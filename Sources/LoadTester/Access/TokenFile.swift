import Foundation
import Glibc
public import Logging
import Synchronization

/// A token file that is read again when it has changed.
///
/// A changed file with errors is logged, and the tokens of before stay in force.
public final class TokenFile: Sendable {
    private struct State {
        var tokens: TokenList
        var fingerprint: Fingerprint?
        var lookedAt: ContinuousClock.Instant
    }

    private struct Fingerprint: Equatable {
        let inode: UInt64
        let size: Int64
        let seconds: Int
        let nanoseconds: Int

        init?(path: String) {
            var info = stat()
            guard stat(path, &info) == 0 else { return nil }
            inode = UInt64(info.st_ino)
            size = Int64(info.st_size)
            seconds = info.st_mtim.tv_sec
            nanoseconds = info.st_mtim.tv_nsec
        }
    }

    private static let sizeLimit = 1 << 20

    private let path: String
    private let logger: Logger
    private let lookInterval: Duration
    private let state: Mutex<State>

    /// Reads a token file.
    ///
    /// - Parameter lookInterval: how often, at most, it is looked whether the file has changed.
    /// - Throws: ``LoadTesterError/tokenFileUnreadable(path:reason:)``.
    public init(path: String, logger: Logger, lookInterval: Duration = .seconds(1)) throws {
        self.path = path
        self.logger = logger
        self.lookInterval = lookInterval
        let fingerprint = Fingerprint(path: path)
        let tokens = try Self.read(path)
        state = Mutex(State(tokens: tokens, fingerprint: fingerprint, lookedAt: .now))
        warn(of: tokens)
    }

    func entry(for token: String) -> TokenList.Entry? { current().entry(for: token) }

    private func current() -> TokenList {
        state.withLock { state in
            guard ContinuousClock.now - state.lookedAt >= lookInterval else { return state.tokens }
            state.lookedAt = .now
            let fingerprint = Fingerprint(path: path)
            guard fingerprint != state.fingerprint else { return state.tokens }
            state.fingerprint = fingerprint
            do {
                state.tokens = try Self.read(path)
                logger.notice("token file read again", metadata: ["path": "\(path)"])
                warn(of: state.tokens)
            } catch {
                logger.error("the tokens of before stay in force", metadata: ["error": "\(error)"])
            }
            return state.tokens
        }
    }

    private static func read(_ path: String) throws -> TokenList {
        let bytes: [UInt8]
        do {
            bytes = try BoundedFile.read(path, limit: sizeLimit)
        } catch {
            throw LoadTesterError.tokenFileUnreadable(path: path, reason: "\(error)")
        }
        return try TokenList(text: String(decoding: bytes, as: UTF8.self), path: path)
    }

    private func warn(of tokens: TokenList) {
        for name in tokens.weakNames {
            logger.warning(
                "a token has fewer than 16 characters and can be guessed", metadata: ["name": "\(name)"])
        }
        var info = stat()
        if stat(path, &info) == 0, info.st_mode & 0o007 != 0 {
            logger.warning(
                "others on this machine can read the token file: chmod o= it", metadata: ["path": "\(path)"])
        }
    }
}
