import NIOCore

extension Channel {
    /// Whether the other side has not closed the connection, as far as the kernel knows by now.
    var isEstablished: Bool {
        guard let provider = self as? any SocketOptionProvider else { return false }
        var isOpen = false
        #if os(Linux)
        let established: UInt8 = 1
        provider.getTCPInfo().assumeIsolated().whenSuccess { isOpen = $0.tcpi_state == established }
        #else
        isOpen = isActive
        #endif
        return isOpen
    }
}
