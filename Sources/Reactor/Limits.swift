/// Sizes that bound what a core holds, each with its reason.
enum Limits {
    /// Submissions a core can prepare between two entries of its kernel; more are handed over early.
    static let ringEntries: UInt32 = 1024

    /// Receive buffers of a core: enough for one turn's arrivals; a socket that finds none takes a pooled block.
    static let receiveBuffers = 64

    /// Bytes of a receive buffer: several of librdkafka's 16 KB requests arrive in one completion.
    static let receiveBufferBytes = 64 << 10

    /// Jobs run before completions are looked at again, so that no chain of jobs starves the ring.
    static let jobsPerRound = 1024

    /// The kernel's own workers for what it can't do inline (fsync, cold reads). They steal from pinned cores, but
    /// sleep nearly always, and file system and device let syncs that are under way together share a flush: 64
    /// partitions that wait for syncs commit four times as often with 32 workers as with 4.
    static let boundedWorkers: UInt32 = 32
    static let unboundedWorkers: UInt32 = 8

    /// Bytes of one mapped window of a segment: large enough for big sends, small enough that a few bound the
    /// resident size.
    static let windowBytes = 4 << 20

    /// Windows that a core keeps mapped.
    static let windowsPerCore = 8

    /// Bytes of an attribute of a file that are read: what is kept there is a checksum.
    static let attributeBytes = 64

    /// Pieces of one gather send or write (IOV_MAX).
    static let vectors = 1024

    /// Idle bytes that a core's buffer pool keeps for the next taker.
    static let idlePoolBytes = 32 << 20
}
