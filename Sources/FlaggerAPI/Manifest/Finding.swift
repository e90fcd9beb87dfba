/// A problem of one resource, before it is tied to a file and a line.
struct Finding: Equatable {
    var path: FieldPath
    var severity: Diagnostic.Severity
    var rule: String
    var message: String
    var fix: String
}
