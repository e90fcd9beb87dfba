/// A response as it came over the wire.
struct ClientResponse {
    var version: String
    var status: Int
    var headers: [(name: String, value: String)]
    var body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }

    func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name }?.value }

    func all(_ name: String) -> [String] { headers.filter { $0.name.lowercased() == name }.map(\.value) }

    /// Takes a response from the front of `bytes`; nil while it is incomplete.
    static func take(from bytes: inout [UInt8], answersHead: Bool, isClosed: Bool) -> ClientResponse? {
        guard let headEnd = bytes.firstIndex(of: "\r\n\r\n") else { return nil }
        let lines = String(decoding: bytes[..<headEnd], as: UTF8.self).split(separator: "\r\n")
        let first = lines[0].split(separator: " ", maxSplits: 2)
        var response = ClientResponse(
            version: String(first[0]), status: Int(first[1]) ?? 0, headers: [], body: [])
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            response.headers.append((String(parts[0]), parts[1].trimmed))
        }
        var rest = Array(bytes[(headEnd + 4)...])
        let status = response.status
        if answersHead || status < 200 || status == 204 || status == 304 {
        } else if response.header("transfer-encoding") == "chunked" {
            guard let body = takeChunks(from: &rest) else { return nil }
            response.body = body
        } else if let length = response.header("content-length").flatMap({ Int($0) }) {
            guard rest.count >= length else { return nil }
            response.body = Array(rest[..<length])
            rest.removeFirst(length)
        } else {
            guard isClosed else { return nil }
            response.body = rest
            rest = []
        }
        bytes = rest
        return response
    }

    private static func takeChunks(from bytes: inout [UInt8]) -> [UInt8]? {
        var body: [UInt8] = []
        var index = 0
        while let lineEnd = bytes[index...].firstIndex(of: "\r\n") {
            let size = Int(String(decoding: bytes[index..<lineEnd], as: UTF8.self), radix: 16) ?? -1
            guard bytes.count >= lineEnd + 2 + size + 2, size >= 0 else { return nil }
            body += bytes[(lineEnd + 2)..<(lineEnd + 2 + size)]
            index = lineEnd + 2 + size + 2
            if size == 0 {
                bytes.removeFirst(index)
                return body
            }
        }
        return nil
    }
}

extension Substring {
    var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}

extension RandomAccessCollection where Element == UInt8, Index == Int {
    /// The place of the first occurrence of a text.
    func firstIndex(of text: String) -> Int? {
        let sought = Array(text.utf8)
        guard count >= sought.count else { return nil }
        return (startIndex...(endIndex - sought.count)).first {
            self[$0..<($0 + sought.count)].elementsEqual(sought)
        }
    }
}
