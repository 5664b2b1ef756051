/// A point of a core's monotonic clock.
public struct Instant: Comparable, Hashable, Sendable {
    public var nanoseconds: UInt64

    public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    /// Later by `milliseconds` (not earlier: negative counts as none), at most the end of time.
    public func adding(milliseconds: Int64) -> Instant {
        let (product, overflow) = UInt64(max(milliseconds, 0)).multipliedReportingOverflow(by: 1_000_000)
        return adding(nanoseconds: overflow ? .max : product)
    }

    public func adding(nanoseconds more: UInt64) -> Instant {
        let (sum, overflow) = nanoseconds.addingReportingOverflow(more)
        return Instant(nanoseconds: overflow ? .max : sum)
    }

    /// Whole milliseconds from `earlier` to this point; 0 when `earlier` is later.
    public func milliseconds(since earlier: Instant) -> Int64 {
        self > earlier ? Int64((nanoseconds - earlier.nanoseconds) / 1_000_000) : 0
    }

    public static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }
}
