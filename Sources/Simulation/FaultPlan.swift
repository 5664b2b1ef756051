/// What goes wrong, and how likely. Probabilities are for each chance there is: a segment on the wire, a call on a
/// file.
package struct FaultPlan: Sendable {
    // MARK: Network

    /// One way between two nodes, and within one.
    package var latencyMicroseconds = 20...200
    package var loopbackMicroseconds = 1...20
    /// Bytes that travel together.
    package var segmentBytes = 65536...65536
    /// Bytes that a socket takes in before its sender has to wait.
    package var socketBufferBytes = 262_144...262_144
    /// A segment, and all behind it, is late by `stallMilliseconds`.
    package var stall = 0.0
    package var stallMilliseconds = 10...2000
    /// A connection is reset within a segment, at any byte.
    package var cut = 0.0
    /// A send ends before all is taken; a receive before all that is there is given.
    package var shortSend = 0.0
    package var shortReceive = 0.0
    /// Each 100 ms, two nodes stop hearing each other, or one of them the other, for `partitionMilliseconds`.
    package var partition = 0.0
    package var partitionMilliseconds = 100...5000
    /// A connection whose bytes nobody acknowledges for so long is given up; so is an attempt to connect.
    package var givingUpMilliseconds = 60_000
    /// Receive buffers that a core can lend; beyond, `ENOBUFS`.
    package var receiveBuffers = 64

    // MARK: Disk

    package var readMicroseconds = 50...150
    package var syncMicroseconds = 200...600
    /// A read or sync takes `slowMilliseconds`.
    package var slow = 0.0
    package var slowMilliseconds = 50...5000
    package var readError = 0.0
    package var writeError = 0.0
    package var syncError = 0.0
    /// Opening, making, renaming or removing fails.
    package var directoryError = 0.0
    package var shortWrite = 0.0
    /// A sync reports success and does nothing: the negative control. No store survives it.
    package var lyingSync = 0.0
    /// A write reports success, and readers see it, but it reaches the page cache only `lateWriteMilliseconds` later: a
    /// kill before that takes it back. What a program does that answers before it writes; no store survives it.
    package var lateWrite = 0.0
    package var lateWriteMilliseconds = 5...50
    /// Syncs lie and writes are late for files below paths that begin so; empty is all files.
    package var lyingPaths = ""
    /// A range that was cached has to be read from the device.
    package var eviction = 0.0
    /// A power cut flips a bit of a file.
    package var bitRot = 0.0
    package var capacityBytes = Int.max
    /// Files can't have attributes.
    package var lacksAttributes = false

    // MARK: Cores

    /// What a turn takes of the virtual time.
    package var turnMicroseconds = 1...20

    package init() {}

    /// Nothing goes wrong.
    package static let none = FaultPlan()

    /// What happens every day somewhere, and costs correct programs nothing but time.
    package static let rough: FaultPlan = {
        var plan = FaultPlan()
        plan.latencyMicroseconds = 20...5000
        plan.segmentBytes = 1...20000
        plan.socketBufferBytes = 4096...262_144
        plan.stall = 0.002
        plan.cut = 0.002
        plan.shortSend = 0.02
        plan.shortReceive = 0.2
        plan.partition = 0.005
        plan.receiveBuffers = 8
        plan.slow = 0.01
        plan.shortWrite = 0.05
        plan.eviction = 0.1
        return plan
    }()
}
