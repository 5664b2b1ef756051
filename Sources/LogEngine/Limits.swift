/// Every bound of the engine that no setting governs, with its unit and its reason.
enum Limits {
    /// Two topic ids that differ in no more bits are one that was damaged: of two random ones, fewer than one pair in
    /// 10^19 is as close.
    static let damagedIDBits = 16

    /// Index entries that wait in memory before they go to their file together: 512 of 8 bytes fill one page.
    static let indexTailEntries = 512
    /// Aborted transactions of 34 bytes that are read and checked together: about a page.
    static let transactionBlockEntries = 128
    /// Batches whose positions the active segment remembers, 8 bytes each: a tail consumer that lags by fewer batches
    /// costs no file access.
    static let recentBatches = 256
    /// Bytes read at once when headers are walked: an index interval and the first header behind it.
    static let headerChunkBytes = 8192
    /// Bytes behind a position up to the log's end for which the page cache isn't asked: just written, they are there.
    static let hotBytes = 4 << 20
    /// Reads up to here are copied into a pooled buffer; above, mapping the file costs less than the copy.
    static let copiedReadBytes = 64 << 10
    /// Ranges of a segment that are remembered as checked; a reader that goes through it needs one.
    static let checkedRanges = 8
    /// Bytes checked at once of what is in the page cache, and the core goes on with others: some 40 µs. They stay in
    /// the processor's cache between copy and checksum.
    static let checkedChunkBytes = 256 << 10
    /// Bytes in front of a batch that was found by its time that are checked as well: an index interval, as a rule.
    static let checkedLookUpBytes = 1 << 20
    /// Damaged places of a log that are told of, one line each.
    static let reportedDamages = 16
    /// Bytes read at once when whole batches are checked.
    static let recoveryChunkBytes = 1 << 20
    /// Bytes of the largest control batch that is read as a transaction marker; one has 78.
    static let markerBytes = 4096
    /// Bytes of the largest message of the older formats that a recovery takes for one: it has to be held as a whole.
    static let legacyMessageBytes = 128 << 20
    /// Bytes of a small file (checkpoint, snapshot, marker) that are believed: 10,000 partitions take 500 kB, a million
    /// producers 46 MB.
    static let smallFileBytes = 256 << 20
    /// Bytes that compaction works on before it lets others on its core: about a quarter of a millisecond.
    static let cleaningSliceBytes = 256 << 10
    /// Bytes of a set of offsets that compaction makes at once, a bit an offset: 33 million records.
    static let cleaningSetBytes = 4 << 20
    /// Bytes that compaction writes between two syncs, so that the disk is never far behind.
    static let cleaningSyncBytes = 64 << 20
    /// Milliseconds that a throttled compaction sleeps at once: as long may whoever needs its log have to wait.
    static let cleaningNapMilliseconds: Int64 = 100
    /// Relative offsets are 32 bits with a sign in the index formats.
    static let relativeOffset = Int64(Int32.max)
}
