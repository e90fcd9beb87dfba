import Testing

@testable import FlaggerAPI

@Suite struct StableHashTests {
    @Test(
        "agrees with the published FNV-1a vectors",
        arguments: [
            ("", 0xcbf2_9ce4_8422_2325), ("a", 0xaf63_dc4c_8601_ec8c), ("foobar", 0x8594_4171_f739_67e8),
        ] as [(String, UInt64)])
    func vectors(text: String, expected: UInt64) {
        #expect(StableHash.fnv1a(text.utf8) == expected)
    }

    @Test("is ten lowercase characters, the same in every run")
    func stable() throws {
        #expect(StableHash.of(bytes: "foobar".utf8) == "21e7rjihkd")
        let characters = StableHash.of(bytes: "podinfo".utf8)
        #expect(characters.count == 10)
        #expect(characters.allSatisfy { ("0"..."9").contains($0) || ("a"..."v").contains($0) })
    }

    @Test("does not depend on the order of dictionary keys")
    func order() throws {
        let keys = (0..<50).map { "key\($0)" }
        let forward = Dictionary(uniqueKeysWithValues: keys.map { ($0, 1) })
        let backward = Dictionary(uniqueKeysWithValues: keys.reversed().map { ($0, 1) })
        #expect(try StableHash.of(forward) == StableHash.of(backward))
    }

    @Test("tells small differences apart")
    func differences() throws {
        let hashes = try (0..<5_000).map { try StableHash.of(["image": "podinfo:\($0)"]) }
        #expect(Set(hashes).count == hashes.count)
    }
}
