import Foundation

/// `12:34:56` in a time zone.
func timeOfDay(_ date: Date, in zone: TimeZone) -> String {
    let seconds = date.timeIntervalSince1970 + Double(zone.secondsFromGMT(for: date))
    guard seconds.isFinite, abs(seconds) < 1e15 else { return "--:--:--" }
    let today = Int(seconds.rounded(.down)) % 86_400
    let ofDay = today < 0 ? today + 86_400 : today
    return [ofDay / 3600, ofDay / 60 % 60, ofDay % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
        .joined(separator: ":")
}
