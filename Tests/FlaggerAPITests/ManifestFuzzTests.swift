import FlaggerAPI
import Randomness
import Testing

@Suite struct ManifestFuzzTests {
    private static let files = [
        "all-hook-types.yaml", "every-field.yaml", "from-cluster.json", "standalone.yaml", "k6.yaml",
    ]
    private static let fragments = [
        ":", ": ", "- ", "? ", "[", "]", "{", "}", "&a ", "*a", "!!int ", "!x ", "|", ">", "'", "\"", "#",
        "%", "@", "`",
        "\n", "\t", "  ", "---\n", "...\n", "<<: ", "~", "null", "true", "-1", "99999999999999999999",
        "1e999", ".nan",
        "0x", "é", "\u{0}", "\u{FEFF}", "\u{2028}", "👩‍👩‍👧", "5s", "kind: Canary\n",
    ]

    @Test("survives mutated manifests, and says why it refuses one", arguments: 0..<40)
    func mutations(seed: Int) throws {
        var random = SplitMix64(seed: UInt64(seed))
        for round in 0..<25 {
            var characters = Array(
                try SampleManifest.text(Self.files[round % Self.files.count]).unicodeScalars)
            for _ in 0..<Int.random(in: 1...8, using: &random) { mutate(&characters, &random) }
            var text = ""
            text.unicodeScalars.append(contentsOf: characters)
            let manifest = ManifestReader().read(text: text, file: "fuzz.yaml")
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).count
            #expect(
                !manifest.entries.isEmpty || !manifest.diagnostics.isEmpty, "seed \(seed), round \(round)")
            for found in manifest.diagnostics {
                #expect(!found.message.isEmpty, "seed \(seed), round \(round)")
                // Line ends that YAML knows and `split` does not only add lines.
                #expect((1...lines + 8).contains(found.line ?? 1), "seed \(seed), round \(round): \(found)")
            }
        }
    }

    private func mutate(_ characters: inout [Unicode.Scalar], _ random: inout SplitMix64) {
        guard !characters.isEmpty else { return }
        let start = Int.random(in: characters.indices, using: &random)
        let end = min(characters.count, start + Int.random(in: 1...40, using: &random))
        switch Int.random(in: 0..<5, using: &random) {
        case 0: characters.removeSubrange(start..<end)
        case 1:
            characters.insert(
                contentsOf: characters[start..<end], at: Int.random(in: characters.indices, using: &random))
        case 2: characters.removeLast(characters.count - start)
        case 3: characters[start] = Unicode.Scalar(UInt8.random(in: 0...127, using: &random))
        default:
            let fragment = Self.fragments.randomElement(using: &random) ?? ""
            characters.insert(contentsOf: fragment.unicodeScalars, at: start)
        }
    }
}
