import FlaggerAPI
import Foundation

/// The YAML files given to `aviary run`.
struct ManifestFiles: Sendable {
    let files: [String]

    /// Takes the files as they were named.
    init(_ files: [String]) { self.files = files }

    /// What the files say now.
    ///
    /// - Throws: `StandaloneError.manifest` with everything that is wrong with any of them.
    func drafts() throws -> [ResourceTable.Draft] {
        let manifest = Manifest.load(files: files, options: ManifestLoader.options)
        return try ManifestLoader.drafts(of: manifest, knownTargets: []) { file in
            URL(fileURLWithPath: file).standardizedFileURL.deletingLastPathComponent().path
        }
    }

    /// What has to be watched: the files and the configuration that their processes track.
    func paths(trackedBy daemon: Daemon) async -> Set<String> {
        let own = files.map { URL(fileURLWithPath: $0).standardizedFileURL.path }
        return Set(own).union(await daemon.trackedFiles())
    }
}
