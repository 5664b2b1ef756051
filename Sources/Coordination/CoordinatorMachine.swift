/// Decides for what is kept in one partition of an internal topic, and remembers what replaying the partition gives. It
/// reads no clock and writes no log: its host brings requests, time and the outcome of appends, and carries out what it
/// wants done.
package protocol CoordinatorMachine: AnyObject {
    /// What it wants done.
    associatedtype Effect

    /// The partition has been replayed: timers start.
    func loaded(at moment: Moment, _ effects: inout [Effect])

    /// When ``tick(at:_:)`` wants to be called next, in milliseconds of the monotonic clock; nil for never.
    var deadline: UInt64? { get }

    /// Does what is due.
    func tick(at moment: Moment, _ effects: inout [Effect])

    /// The host is no longer this partition's leader: whoever waits is told.
    func resign(_ effects: inout [Effect])
}
