import FlaggerAPI
import Testing

/// One broken thing in a valid manifest, and all that must be said of it.
struct BrokenManifest: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var replacements: [(String, String)]
    /// `line severity field: rule`, in order.
    var expected: [String]

    init(_ description: String, _ replacements: [(String, String)], _ expected: String...) {
        testDescription = description
        self.replacements = replacements
        self.expected = expected
    }

    func expectDiagnostics(in base: String, options: ValidationOptions = ValidationOptions()) throws {
        let manifest = try SampleManifest.read(base, replacing: replacements, options: options)
        let found = manifest.diagnostics.map {
            "\($0.line ?? 0) \($0.severity.rawValue) \($0.field): \($0.rule)"
        }
        #expect(found == expected)
        #expect(
            manifest.diagnostics.allSatisfy {
                !$0.message.isEmpty && (!$0.fix.isEmpty || $0.severity == .info)
            })
        #expect(manifest.diagnostics.allSatisfy { $0.file == "sample.yaml" && ($0.column ?? 0) > 0 })
    }
}
