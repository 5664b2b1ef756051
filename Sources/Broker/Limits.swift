/// Bounds of what a broker holds for its clients, each with its reason.
enum Limits {
    /// Bytes of a frame that are reserved on the strength of its size alone; beyond, memory follows what arrives. One
    /// default produce request (1 MB and its head) is received without growing.
    static let frameBelievedBytes = 2 << 20

    /// Replies that may wait for one connection before its reader pauses: clients keep 5 requests in flight, some more.
    static let repliesPerConnection = 64

    /// Bytes of requests whose replies may wait for one connection before its reader pauses: five default batches of
    /// 1 MB in flight and some more. One request alone may be larger.
    static let heldBytesPerConnection = 8 << 20

    /// Bytes gathered into one send before it goes out, when several answers are ready.
    static let gatherBytes = 1 << 20

    /// Bytes of answers that a core encodes before it takes a larger block, and those of the largest it keeps.
    static let frameBufferBytes = 16 << 10
    static let frameBufferKeptBytes = 256 << 10

    /// A fetch session unused for so long may give way to a new one, as in Kafka.
    static let sessionIdleMilliseconds: Int64 = 120_000

    /// Bytes of a metadata snapshot that are read into memory at once: some ten thousand topics take a few megabytes.
    static let snapshotBytes = 1 << 30

    /// Bytes read at a time while a log is replayed.
    static let replayBytes = 1 << 20

    /// Bytes of one batch of metadata records (Kafka's bound).
    static let metadataBatchBytes = 8 << 20

    /// Bytes of large requests (beyond ``frameBelievedBytes``) that a core receives at the same time; more wait. At
    /// least one of `socket.request.max.bytes` has to fit.
    static let requestBytesPerCore = 128 << 20

    /// Replicas whose directory somebody has chosen before they are there.
    static let preferredDirectories = 100_000

    /// Bytes that a move between directories copies before the core does something else.
    static let moveBytes = 1 << 20

    /// Logs that a core opens or closes at the same time, as many as the ring has workers for syncs: a file system
    /// makes one commit of many.
    static let parallelLogs = 32
    /// Logs of a core with something to sync from which on a stop syncs their file system first: about 0.2 seconds'
    /// worth of syncs.
    static let logsSyncedTogether = 256

    /// Bytes that all moves of a core have in memory: a directory's worth of replicas may move at once.
    static let moveBytesPerCore = 4 << 20

    /// How often a start says how far it is.
    static let progressMilliseconds: Int64 = 2000

    /// How often a long compaction says how far it is.
    static let cleaningProgressMilliseconds: Int64 = 5000

    /// How often a move may find its log busy before appends have to wait for it.
    static let moveAttempts = 100

    /// How long a stop waits for clients to take their last answers.
    static let windDownMilliseconds: Int64 = 3000

    /// How long to wait before a transaction's marker is tried again where it couldn't be written, first and at most.
    static let markerPauseMilliseconds: ClosedRange<Int64> = 5...1000

    /// The longest pause between two tries to add a partition to a transaction whose predecessor is ending; all of them
    /// together are twice as long. Kafka's is 100 in all: clients try again then.
    static let transactionPatienceMilliseconds: Int64 = 64
}
