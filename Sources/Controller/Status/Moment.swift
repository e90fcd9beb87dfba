import Foundation
import Rollout

/// A moment of a rollout: told apart from the API client's way to write times, which has the same name.
typealias Moment = Timestamp

extension Moment {
    /// The moment in UTC, to the second, as Kubernetes writes times.
    var iso8601: String { Date(self).formatted(.iso8601) }
}

extension Date {
    /// A moment of a rollout.
    init(_ moment: Moment) { self.init(timeIntervalSince1970: Double(moment.milliseconds) / 1000) }
}
