import Foundation
import NIOCore

/// The two answers to a gate check as bytes, made anew each second for the date in them.
final class GateReplies {
    private let now: @Sendable () -> Date
    private var second = Int.min
    private var open = ByteBuffer()
    private var closed = ByteBuffer()

    init(now: @escaping @Sendable () -> Date) { self.now = now }

    /// 200 `Approved`.
    var approved: ByteBuffer {
        refresh()
        return open
    }

    /// 403 `Forbidden`.
    var forbidden: ByteBuffer {
        refresh()
        return closed
    }

    private func refresh() {
        let date = now()
        let current = Int(date.timeIntervalSince1970.rounded(.down))
        guard current != second else { return }
        second = current
        let text = Self.httpDate(current)
        open = ByteBuffer(string: Self.reply("200 OK", "Approved", text))
        closed = ByteBuffer(string: Self.reply("403 Forbidden", "Forbidden", text))
    }

    private static func reply(_ status: String, _ body: String, _ date: String) -> String {
        "HTTP/1.1 \(status)\r\nContent-Type: text/plain; charset=utf-8\r\n"
            + "Content-Length: \(body.utf8.count)\r\nDate: \(date)\r\n\r\n\(body)"
    }

    /// RFC 9110, section 5.6.7.
    static func httpDate(_ secondsSince1970: Int) -> String {
        var time = time_t(secondsSince1970)
        var parts = tm()
        gmtime_r(&time, &parts)
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(days[Int(parts.tm_wday)]), \(two(parts.tm_mday)) \(months[Int(parts.tm_mon)]) "
            + "\(parts.tm_year + 1900) \(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)) GMT"
    }
}
