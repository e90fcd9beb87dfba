import HTTP1
import NIOCore

/// What the proxy knows of a client, as it is told to replicas.
struct ForwardedClient {
    /// The client's address, without a port.
    let address: [UInt8]

    init(address: String) { self.address = Array(address.utf8) }
}

extension RequestHead {
    /// Writes the head that a replica gets. Fields in `fields` are marked as dropped on the way.
    func forward(
        _ base: UnsafePointer<UInt8>, _ fields: HeadFields, client: ForwardedClient,
        into out: inout ByteBuffer
    ) {
        markDropped(fields, replacesHost: authority != nil)
        let host = authority ?? hostRange(fields)
        // Each byte of the head is copied at most twice (Host, and again as X-Forwarded-Host).
        let room = 2 * count + client.address.count + 160
        out.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { target in
            var writer = HeadWriter(target)
            writeLine(base, authority, &writer)
            if let authority {
                writer.append("Host: ")
                writer.append(base, authority.lowerBound, authority.upperBound)
                writer.append("\r\n")
            }
            writer.append(fields, of: base, from: fieldsStart, to: count - 2)
            if asksForUpgrade { writer.append("Connection: upgrade\r\n") }
            writeForwarded(base, fields, client, host, &writer)
            writer.append("\r\n")
            return writer.count
        }
    }

    private func markDropped(_ fields: HeadFields, replacesHost: Bool) {
        for index in 0..<fields.count {
            switch fields[index].name {
            case .other: continue
            case .upgrade: if !asksForUpgrade { fields[index].isDropped = true }
            case .forwardedFor: fields[index].isDropped = true
            case .host: if replacesHost { fields[index].isDropped = true }
            case let name: if name.isAlwaysHopByHop { fields[index].isDropped = true }
            }
        }
    }

    private func hostRange(_ fields: HeadFields) -> Range<Int>? {
        guard hostField >= 0 else { return nil }
        return Int(fields[hostField].valueStart)..<Int(fields[hostField].valueEnd)
    }

    private func writeLine(_ base: UnsafePointer<UInt8>, _ authority: Range<Int>?, _ writer: inout HeadWriter)
    {
        guard let authority else {
            writer.append(base, 0, fieldsStart)
            return
        }
        writer.append(base, 0, targetStart)
        if authority.upperBound == targetEnd || base[authority.upperBound] != UInt8(ascii: "/") {
            writer.append("/")
        }
        writer.append(base, authority.upperBound, fieldsStart)
    }

    private func writeForwarded(
        _ base: UnsafePointer<UInt8>, _ fields: HeadFields, _ client: ForwardedClient, _ host: Range<Int>?,
        _ writer: inout HeadWriter
    ) {
        writer.append("X-Forwarded-For: ")
        if hasForwardedFor {
            for index in 0..<fields.count where fields[index].name == .forwardedFor {
                writer.append(base, Int(fields[index].valueStart), Int(fields[index].valueEnd))
                writer.append(", ")
            }
        }
        writer.append(client.address)
        writer.append("\r\n")
        if !hasForwardedProto { writer.append("X-Forwarded-Proto: http\r\n") }
        if !hasForwardedHost, let host {
            writer.append("X-Forwarded-Host: ")
            writer.append(base, host.lowerBound, host.upperBound)
            writer.append("\r\n")
        }
    }
}
