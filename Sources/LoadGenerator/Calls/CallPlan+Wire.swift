import GRPC
import NIOCore
import NIOHPACK
import NIOSSL

extension CallPlan {
    /// The target in the form that connections are dialled by.
    var loadTarget: LoadTarget {
        get throws(LoadError) {
            let host = target.host.contains(":") ? "[\(target.host)]" : target.host
            return try LoadTarget("\(tls == nil ? "http" : "https")://\(host):\(target.port)/")
        }
    }

    /// How the plan's connections are opened.
    ///
    /// - Throws: `LoadError.option` that names the file of a certificate.
    func dialSettings() throws(LoadError) -> DialSettings {
        var settings = try DialSettings(version: .http2, tls: (tls ?? CallTLS()).context())
        settings.hostMap = hostMap
        settings.timeout = TimeAmount(connectTimeout)
        settings.serverName = tls?.serverName
        return settings
    }

    /// The headers of a method's calls.
    func headers(calling method: MethodName) -> HPACKHeaders {
        var headers: HPACKHeaders = [
            ":method": "POST", ":scheme": tls == nil ? "http" : "https", ":path": method.path,
            ":authority": authority ?? target.authority, "content-type": "application/grpc",
            "te": "trailers", "user-agent": "grpc-aviary",
        ]
        if let timeout { headers.add(name: "grpc-timeout", value: CallTimeout.encode(timeout)) }
        for (name, value) in metadata.fields { headers.add(name: name, value: value) }
        return headers
    }
}
