import FlaggerAPI
import Foundation

/// The YAML files given to `aviary run`.
struct ManifestFiles: Sendable {
    let files: [String]
    let options: ValidationOptions

    /// Takes the files as they were named.
    init(_ files: [String], options: ValidationOptions) {
        self.files = files
        self.options = options
    }

    /// What files hold.
    struct Content: Sendable {
        var drafts: [ResourceTable.Draft]
        var secrets: [SecretResource]
    }

    /// What the files say now.
    ///
    /// - Parameter folder: secrets that are not in the files.
    /// - Throws: `StandaloneError.manifest` with everything that is wrong with any of them.
    func content(secretsIn folder: SecretFolder?) async throws -> Content {
        let manifest = Manifest.load(files: files, options: options)
        let drafts = try ManifestLoader.drafts(of: manifest) { file in
            URL(fileURLWithPath: file).standardizedFileURL.deletingLastPathComponent().path
        }
        try await SecretCheck.check(
            manifest.canaries,
            among: ManifestResources(manifest: manifest, others: FolderResources(folder: folder)))
        return Content(drafts: drafts, secrets: manifest.secrets)
    }

    /// What has to be watched: the files and the configuration that their processes track.
    func paths(trackedBy daemon: Daemon) async -> Set<String> {
        let own = files.map { URL(fileURLWithPath: $0).standardizedFileURL.path }
        return Set(own).union(await daemon.trackedFiles())
    }
}
