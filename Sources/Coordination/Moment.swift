/// When something happens: both clocks, read by the host.
package struct Moment: Equatable, Sendable {
    /// Milliseconds of a clock that never steps: for timers.
    package var monotonicMilliseconds: UInt64
    /// Milliseconds since 1970: for what is written down.
    package var wallClockMilliseconds: Int64

    package init(monotonicMilliseconds: UInt64, wallClockMilliseconds: Int64) {
        self.monotonicMilliseconds = monotonicMilliseconds
        self.wallClockMilliseconds = wallClockMilliseconds
    }
}
