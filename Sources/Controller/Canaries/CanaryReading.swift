import FlaggerAPI
import JSON
import KubernetesClient

/// A canary as the server has it: decoded, with defaults, and what is wrong with it.
final class CanaryReading: Sendable {
    /// What the reading rests on: a status write changes nothing of it, and neither do annotations of others, which a
    /// busy tool may write faster than a tick with a slow hook ends.
    struct Basis: Sendable, Equatable {
        var uid: String?
        var generation: Int?
        var annotations: [String: String]

        init(_ object: KubernetesObject) {
            uid = object.uid
            generation = object.generation
            annotations = object.annotations.filter { $0.key.hasPrefix(CanaryAnnotations.prefix) }
        }
    }

    /// A canary as specified, shared by all who keep it.
    final class Specified: Sendable {
        let canary: Canary

        init(_ canary: Canary) { self.canary = canary }
    }

    let basis: Basis
    /// Nil when it could not be read at all.
    let specified: Specified?
    /// The first error, naming field and fix; nil when there is none.
    let error: String?
    /// What works but probably not as meant.
    let warnings: [String]

    init(_ object: KubernetesObject, minimumInterval: Duration) {
        basis = Basis(object)
        var json = object.json
        json["apiVersion"] = .string(Canary.apiVersion)
        json["kind"] = .string(Canary.kind)
        for unread in ["status"] { json[path: unread] = nil }
        json[path: "metadata", "ownerReferences"] = nil
        let reader = ManifestReader(options: ValidationOptions(minimumInterval: minimumInterval))
        let manifest = reader.read(text: Self.escaped(json.text))
        specified = manifest.canaries.first.map(Specified.init)
        let errors = manifest.diagnostics.filter { $0.severity == .error }.map(Self.text)
        error =
            errors.isEmpty
            ? (specified == nil ? "the canary can't be read" : nil) : errors.joined(separator: "; ")
        warnings = manifest.diagnostics.filter { $0.severity == .warning }.map(Self.text)
    }

    /// JSON that is YAML as well: of the characters that texts may hold, YAML takes some only when they are escaped.
    private static func escaped(_ json: String) -> String {
        guard json.utf8.contains(where: { $0 >= 0x7F }) else { return json }
        var text = ""
        for scalar in json.unicodeScalars {
            guard scalar.value >= 0x7F else {
                text.unicodeScalars.append(scalar)
                continue
            }
            let digits = String(scalar.value, radix: 16)
            text += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
        }
        return text
    }

    private static func text(_ diagnostic: Diagnostic) -> String {
        let subject = diagnostic.field.isEmpty ? "" : "\(diagnostic.field): "
        return subject + diagnostic.message + (diagnostic.fix.isEmpty ? "" : " (\(diagnostic.fix))")
    }
}
