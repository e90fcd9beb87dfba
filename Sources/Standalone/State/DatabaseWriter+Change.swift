import GRDB

extension DatabaseWriter {
    /// Changes the state in one transaction, durable when this returns.
    ///
    /// - Throws: `StandaloneError.writeState` with a cause for the user when the database refuses; nothing is changed
    ///   then.
    func change<Value: Sendable>(
        _ updates: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        do {
            return try await write(updates)
        } catch let error as DatabaseError {
            switch error.resultCode {
            case .SQLITE_FULL:
                throw StandaloneError.writeState(
                    cause: "the disk of --data-dir is full: free some space on it")
            default: throw StandaloneError.writeState(cause: error.message ?? "\(error)")
            }
        }
    }
}
