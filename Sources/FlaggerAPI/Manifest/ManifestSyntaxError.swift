/// Why a text could not be read as YAML or JSON.
struct ManifestSyntaxError: Error {
    var mark: SourceMark?
    var rule: String
    var message: String
    var fix: String
}
