/// An open connection, by the HTTP version that it speaks.
enum Link {
    case http1(HTTP1Connection)
    case http2(HTTP2Connection)
}
