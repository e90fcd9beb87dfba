import FlaggerAPI

/// Where one provider's alerts go, credentials included: made for one delivery and never kept.
struct AlertReceiver: Sendable {
    var address: String
    /// Sent as a bearer token.
    var token: String?
    var username: String
    var channel: String
    var proxy: String?

    /// A provider with its secret.
    ///
    /// The secret's `address` wins over the provider's own. Username and channel default as on the peer.
    ///
    /// - Throws: `DeliveryError.credentials` when there is no usable address.
    init(_ spec: AlertProvider.Spec, credentials: Credentials, provider: NamespacedName) throws {
        guard let address = credentials["address"] ?? spec.address, !address.isEmpty else {
            throw DeliveryError.credentials(
                "the secret of alert provider \(provider) does not contain an address")
        }
        self.address = address
        token = credentials["token"]
        username = spec.username.flatMap { $0.isEmpty ? nil : $0 } ?? "flagger"
        channel = spec.channel.flatMap { $0.isEmpty ? nil : $0 } ?? "general"
        proxy = spec.proxy
    }
}
