extension AlertProvider {
    /// The kinds of receiver, by wire name.
    public enum ReceiverType: String, CaseIterable, Sendable {
        case slack, msteams, discord, rocket, gchat
    }
}
