import Foundation
import Randomness
import Testing

@testable import LoadTester

/// `AVIARY_FUZZ_INPUTS` sets how many inputs each test tries (default 500,000, a million in all).
@Suite("Payloads and command lines of any bytes")
struct PayloadFuzzTests {
    private static let inputs =
        ProcessInfo.processInfo.environment["AVIARY_FUZZ_INPUTS"].flatMap { Int($0) } ?? 500_000

    private static let pieces: [String] = [
        "{", "}", "[", "]", ":", ",", "\"", "\\", "\\u0041", "\\ud83d", "\u{0}", "\u{7F}", "é", "🎏", " ",
        "\n", "null",
        "true", "0", "1e9", "-", "name", "namespace", "phase", "checksum", "metadata", "reason", "gate",
        "scope",
        #""name":"podinfo""#, #""namespace":"test""#, #""phase":"Progressing""#, #""checksum":"85d557f47b""#,
        #""metadata":{"cmd":"x"}"#, #""metadata":{"gate":"qa"}"#, #""metadata":null"#, #""name":1"#,
        #"{"name":"podinfo","namespace":"test","phase":"Waiting","checksum":"1"}"#,
    ]

    /// Whole payloads with something changed, pieces in any order, and plain noise.
    private static func payload(_ random: inout SplitMix64) -> [UInt8] {
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<4:
            let fields = (0..<Int.random(in: 0..<6, using: &random)).map { _ in
                pieces[Int.random(in: 29..<37, using: &random)]
            }
            var bytes = Array("{\(fields.joined(separator: Bool.random(using: &random) ? "," : " , "))}".utf8)
            if Int.random(in: 0..<3, using: &random) == 0, !bytes.isEmpty {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(
                    in: 0...255, using: &random)
            }
            return bytes
        case 4..<9:
            return (0..<Int.random(in: 0..<12, using: &random)).flatMap { _ in
                Array(pieces[Int.random(in: 0..<pieces.count, using: &random)].utf8)
            }
        default:
            return (0..<Int.random(in: 0..<64, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
        }
    }

    @Test("the scanner takes nothing that the decoder reads otherwise or refuses", .timeLimit(.minutes(5)))
    func scannerAgrees() {
        var random = SplitMix64()
        let seed = random.seed
        var taken = 0
        for _ in 0..<Self.inputs {
            let bytes = Self.payload(&random)
            let fields: [String]? = bytes.withUnsafeBufferPointer { buffer in
                var scanner = PayloadScanner(buffer)
                guard scanner.read() else { return nil }
                return [scanner.name, scanner.namespace, scanner.phase, scanner.checksum].map {
                    String(decoding: $0, as: UTF8.self)
                }
            }
            guard let fields else { continue }
            taken += 1
            // Decoding each would take most of the time and find no more.
            guard taken.isMultiple(of: 8) || taken < 20_000 else { continue }
            let decoded = try? HookPayload(json: Data(bytes))
            #expect(
                decoded.map { [$0.name, $0.namespace, $0.phase, $0.checksum] } == fields,
                "seed \(seed), input \(String(decoding: bytes, as: UTF8.self))")
        }
        // It would agree with everything if it took nothing.
        #expect(taken > Self.inputs / 20, "seed \(seed)")
    }

    @Test("no bytes crash the decoder or the command-line splitter", .timeLimit(.minutes(5)))
    func nothingCrashes() {
        var random = SplitMix64()
        var (read, refused, split) = (0, 0, 0)
        for round in 0..<Self.inputs {
            let bytes = Self.payload(&random)
            if let words = try? ShellWords.split(String(decoding: bytes, as: UTF8.self), field: "cmd") {
                split += words.count
            }
            guard round.isMultiple(of: 4) else { continue }
            do {
                _ = try HookPayload(json: Data(bytes))
                read += 1
            } catch is LoadTesterError {
                refused += 1
            } catch {
                Issue.record("seed \(random.seed): \(error)")
            }
        }
        #expect(read > 0 && refused > 0 && split > 0, "seed \(random.seed)")
    }

    @Test("quoting words and splitting them again gives the same words")
    func splittingUndoesQuoting() throws {
        var random = SplitMix64()
        for _ in 0..<20_000 {
            let words = (0..<Int.random(in: 0..<6, using: &random)).map { _ in
                String(decoding: Self.payload(&random).prefix(20), as: UTF8.self)
            }
            let line = words.map(Self.quoted).joined(separator: " ")
            #expect(try ShellWords.split(line, field: "cmd") == words, "seed \(random.seed)")
        }
    }

    /// By scalars: a character may hold a quote and what combines with it.
    private static func quoted(_ word: String) -> String {
        var quoted = String.UnicodeScalarView()
        for scalar in word.unicodeScalars {
            quoted.append(contentsOf: scalar == "'" ? #"'\''"#.unicodeScalars : String(scalar).unicodeScalars)
        }
        return "'\(String(quoted))'"
    }
}
