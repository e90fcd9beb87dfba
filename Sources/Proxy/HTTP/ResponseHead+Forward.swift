import HTTP1
import NIOCore

/// What the proxy adds to the head of a response.
struct ResponseAdditions {
    /// The client's connection ends after the response.
    var closes = false
    /// An HTTP/1.0 client has to be told that its connection stays open.
    var keepsOldClientAlive = false
    /// A whole `Set-Cookie` line, or empty.
    var cookieLine: [UInt8] = []
}

extension ResponseHead {
    /// Writes the head that the client gets. Fields in `fields` are marked as dropped on the way.
    func forward(
        _ base: UnsafePointer<UInt8>, _ fields: HeadFields, adding additions: ResponseAdditions,
        into out: inout ByteBuffer, reserving extra: Int
    ) {
        markDropped(fields)
        let room = count + additions.cookieLine.count + 64
        out.writeWithUnsafeMutableBytes(minimumWritableBytes: room + extra) { target in
            var writer = HeadWriter(target)
            writer.append("HTTP/1.1")
            writer.append(base, 8, fieldsStart)
            writer.append(fields, of: base, from: fieldsStart, to: count - 2)
            if !additions.cookieLine.isEmpty { writer.append(additions.cookieLine) }
            if status == 101 {
                writer.append("Connection: upgrade\r\n")
            } else if additions.closes {
                writer.append("Connection: close\r\n")
            } else if additions.keepsOldClientAlive {
                writer.append("Connection: keep-alive\r\n")
            }
            writer.append("\r\n")
            return writer.count
        }
    }

    private func markDropped(_ fields: HeadFields) {
        for index in 0..<fields.count {
            switch fields[index].name {
            case .other: continue
            case .upgrade: if status != 101 && status != 426 { fields[index].isDropped = true }
            case .contentLength:
                if length.isEncoded || status < 200 || status == 204 { fields[index].isDropped = true }
            case .transferEncoding: if status < 200 || status == 204 { fields[index].isDropped = true }
            // A challenge by a replica is meant for the client's credentials with it, not for this hop.
            case .proxyAuthenticate, .proxyAuthorization: continue
            case let name: if name.isAlwaysHopByHop { fields[index].isDropped = true }
            }
        }
    }
}
