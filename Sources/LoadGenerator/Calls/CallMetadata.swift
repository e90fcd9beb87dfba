import Foundation

/// Headers that go with each call, in lower case.
public struct CallMetadata: Sendable, Equatable {
    /// Names and values as they are sent.
    private(set) var fields: [(name: String, value: String)] = []

    /// Has none.
    public init() {}

    /// Whether both send the same.
    public static func == (left: CallMetadata, right: CallMetadata) -> Bool {
        left.fields.elementsEqual(right.fields) { $0 == $1 }
    }

    /// Reads a JSON object of texts; the value of a name that ends with `-bin` is sent as base64.
    ///
    /// - Throws: `LoadError.header`.
    public init(json text: String) throws(LoadError) {
        let values: [String: String]
        do {
            values = try JSONDecoder().decode([String: String].self, from: Data(text.utf8))
        } catch {
            throw .header(
                text, problem: "is no JSON object of texts; write it like {\"name\": \"value\"}")
        }
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
            try add(name.lowercased(), value)
        }
    }

    private mutating func add(_ name: String, _ value: String) throws(LoadError) {
        let characters = Set("abcdefghijklmnopqrstuvwxyz0123456789-_.".utf8)
        guard !name.isEmpty, name.utf8.allSatisfy(characters.contains) else {
            throw .header(name, problem: "is no name for metadata; take letters, digits, - _ and .")
        }
        let reserved = ["te", "content-type", "connection", "host", "transfer-encoding", "user-agent"]
        guard !name.hasPrefix("grpc-"), !reserved.contains(name) else {
            throw .header(name, problem: "belongs to gRPC itself; take another name")
        }
        if name.hasSuffix("-bin") {
            fields.append((name, Data(value.utf8).base64EncodedString()))
        } else {
            guard value.utf8.allSatisfy({ (0x20...0x7e).contains($0) }) else {
                throw .header(
                    name, problem: "has a value that is not printable ASCII; end its name with -bin")
            }
            fields.append((name, value))
        }
    }
}
