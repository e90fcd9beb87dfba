import Crypto
import Foundation

/// The tokens of a token file: who each belongs to, and what it allows.
///
/// One token a line, `NAME ROLE[,ROLE] TOKEN`, with spaces between; empty lines and lines that start with
/// `#` are skipped. In place of the token its digest may be written, as `sha256:` and 64 hexadecimal digits.
struct TokenList: Sendable {
    struct Entry: Sendable, Equatable {
        let name: String
        let roles: Set<Role>
        fileprivate let digest: [UInt8]
    }

    private let entries: [Entry]

    /// Names of the entries whose tokens can be guessed.
    let weakNames: [String]

    /// Reads the text of a token file.
    ///
    /// - Throws: ``LoadTesterError/tokenFileUnreadable(path:reason:)``, which names line and fix, never a token.
    init(text: String, path: String) throws {
        var entries: [Entry] = []
        var weak: [String] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            func refusal(_ reason: String) -> LoadTesterError {
                .tokenFileUnreadable(path: path, reason: "line \(index + 1): \(reason)")
            }
            guard words.count == 3 else {
                throw refusal("write NAME ROLE[,ROLE] TOKEN, such as ci check,execute TOKEN")
            }
            let roles = try words[1].split(separator: ",").map { word in
                guard let role = Role(rawValue: String(word)) else {
                    throw refusal("\"\(word)\" is not a role: use check, operate or execute")
                }
                return role
            }
            guard !roles.isEmpty else { throw refusal("the token of \(first) has no role") }
            guard let digest = Self.digest(ofWritten: words[2]) else {
                throw refusal("sha256: must be followed by 64 hexadecimal digits")
            }
            if entries.contains(where: { $0.digest == digest }) {
                throw refusal("the token of \(first) is another line's as well: make each unique")
            }
            if words[2].utf8.count < 16 { weak.append(first) }
            entries.append(Entry(name: first, roles: Set(roles), digest: digest))
        }
        guard !entries.isEmpty else {
            throw LoadTesterError.tokenFileUnreadable(path: path, reason: "it holds no token")
        }
        self.entries = entries
        weakNames = weak
    }

    /// The entry of a token. Every entry is compared to its end, so that the time tells nothing of the tokens.
    func entry(for token: String) -> Entry? {
        let digest = Self.digest(of: token)
        var found: Entry?
        for entry in entries {
            var difference: UInt8 = 0
            for (left, right) in zip(entry.digest, digest) { difference |= left ^ right }
            if difference == 0 { found = entry }
        }
        return found
    }

    private static func digest(of token: String) -> [UInt8] { Array(SHA256.hash(data: Data(token.utf8))) }

    private static func digest(ofWritten word: String) -> [UInt8]? {
        let prefix = "sha256:"
        guard word.hasPrefix(prefix) else { return digest(of: word) }
        let digits = Array(word.dropFirst(prefix.count).utf8)
        guard digits.count == 64 else { return nil }
        let bytes = stride(from: 0, to: 64, by: 2).compactMap { place in
            digits[place..<place + 2].allSatisfy { Character(UnicodeScalar($0)).isHexDigit }
                ? UInt8(String(decoding: digits[place..<place + 2], as: UTF8.self), radix: 16) : nil
        }
        return bytes.count == 32 ? bytes : nil
    }
}
