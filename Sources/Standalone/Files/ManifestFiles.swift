import FlaggerAPI
import Foundation

/// The YAML files given to `aviary run`.
struct ManifestFiles: Sendable {
    let files: [String]
    let options: ValidationOptions
    let secrets: SecretStore

    /// Takes the files as they were named.
    init(_ files: [String], options: ValidationOptions, secrets: SecretStore) {
        self.files = files
        self.options = options
        self.secrets = secrets
    }

    /// What the files say now; the secrets among them are in force from then on.
    ///
    /// - Throws: `StandaloneError.manifest` with everything that is wrong with any of them,
    ///   `StandaloneError.missingSecrets` when a canary needs one that is not there.
    func drafts() async throws -> [ResourceTable.Draft] {
        let manifest = Manifest.load(files: files, options: options)
        let drafts = try ManifestLoader.drafts(of: manifest) { file in
            URL(fileURLWithPath: file).standardizedFileURL.deletingLastPathComponent().path
        }
        let others = FolderResources(folder: secrets.folder)
        try await SecretCheck.check(
            manifest.canaries, among: ManifestResources(manifest: manifest, others: others))
        secrets.follow(manifest.secrets)
        return drafts
    }

    /// What has to be watched: the files and the configuration that their processes track.
    func paths(trackedBy daemon: Daemon) async -> Set<String> {
        let own = files.map { URL(fileURLWithPath: $0).standardizedFileURL.path }
        return Set(own).union(await daemon.trackedFiles())
    }
}
