/// What a rule may look at beside the resource it checks.
struct ValidationScope {
    let options: ValidationOptions
    let names: ResourceNames
    /// Whether the target is a program on this machine.
    let isStandalone: Bool
    /// `spec.analysis`, or its old name where that is used.
    let analysisPath: FieldPath
}
