import Delivery
import FlaggerAPI
import Foundation

/// Gives the calls of hooks to the load tester of this very process the daemon's own token, so that canaries
/// need none of theirs; all other calls go out as they are.
struct TesterHooks: HookCaller {
    let caller: any HookCaller
    let names: NameTable
    /// Nil where nobody needs one.
    let token: String?

    func call(_ endpoint: HookEndpoint, payload: CanaryWebhookPayload) async -> HookOutcome {
        guard let token, isTester(endpoint.url), payload.metadata["token"] == nil else {
            return await caller.call(endpoint, payload: payload)
        }
        var payload = payload
        payload.metadata["token"] = token
        return await caller.call(endpoint, payload: payload)
    }

    /// Asked of the address, not the name: a user may have put the name elsewhere.
    private func isTester(_ url: String) -> Bool {
        guard let url = URLComponents(string: url), let host = url.host,
            let address = names.resolve(host, url.port ?? (url.scheme == "https" ? 443 : 80))
        else { return false }
        return names.isTester(host: address.host, port: address.port)
    }
}
