@testable import Proxy

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// The endpoint of a port that refuses connections. It stays taken until the tests end, since a freed
/// port could become that of another test's server.
func deadEndpoint() -> Endpoint {
    #if canImport(Glibc)
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #else
    let descriptor = socket(AF_INET, SOCK_STREAM, 0)
    #endif
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            precondition(bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0)
        }
    }
    return Endpoint(host: "127.0.0.1", port: Int(UInt16(bigEndian: address.sin_port)))
}
