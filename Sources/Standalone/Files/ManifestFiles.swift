import FlaggerAPI
import Foundation
import Yams

struct ManifestFiles: Sendable {
    let files: [String]
    init(_ files: [String]) { self.files = files.map { URL(fileURLWithPath: $0).standardizedFileURL.path } }
    func drafts() throws -> [ResourceTable.Draft] {
        try files.flatMap { try ManifestLoader.drafts(of: String(contentsOfFile: $0, encoding: .utf8), folder: URL(fileURLWithPath: $0).deletingLastPathComponent().path, knownTargets: []) }
    }
    func paths(trackedBy daemon: Daemon) async -> Set<String> {
        Set(files).union(await daemon.trackedFiles())
    }
}
enum ManifestLoader {
    static func drafts(of text: String, folder: String, knownTargets: Set<CanaryKey>) throws -> [ResourceTable.Draft] {
        var out: [ResourceTable.Draft] = []
        for node in try Yams.compose_all(yaml: text) {
            let y = try Yams.serialize(node: node)
            if node["kind"]?.string == "Canary" { out.append(try draft(of: YAMLDecoder().decode(Canary.self, from: y), folder: folder)) }
            else { let p = try YAMLDecoder().decode(ProcessResource.self, from: y)
                let e = JSONEncoder(); e.outputFormatting = .sortedKeys
                out.append(.init(kind: "Process", namespace: p.metadata.namespace, name: p.metadata.name, json: String(decoding: try e.encode(p), as: UTF8.self), folder: folder)) }
        }
        return out
    }
    static func draft(of canary: Canary, folder: String) throws -> ResourceTable.Draft {
                let e = JSONEncoder(); e.outputFormatting = .sortedKeys
                return .init(kind: "Canary", namespace: canary.metadata.namespace, name: canary.metadata.name, json: String(decoding: try e.encode(canary), as: UTF8.self), folder: folder) }
}
