public import Reactor

/// How fast a log is compacted: small pieces with everything else that the core has to do between them, and no more
/// bytes a second than allowed. Of one core.
public final class CleaningPace {
    /// Bytes read and written a second, at most (`log.cleaner.io.max.bytes.per.second`). May be changed at any time.
    public var bytesPerSecond: Double
    public private(set) var progress = CleaningProgress()
    /// Called some thousand times a second.
    public var onProgress: ((CleaningProgress) -> Void)?
    private let core: Core
    private var sliceBytes = 0
    private var unpaidBytes = 0
    /// When all that was moved so far is paid for.
    private var paidAt: Instant
    private var isIndebted = false

    public init(core: Core, bytesPerSecond: Double = .greatestFiniteMagnitude) {
        self.core = core
        self.bytesPerSecond = bytesPerSecond
        paidAt = core.now()
    }

    /// Begins an account of how far it is; `totalBytes` may be corrected on the way.
    func begin(totalBytes: Int) { progress = CleaningProgress(totalBytes: totalBytes) }

    func rewrites(_ bytes: Int) {
        progress.isRewriting = true
        progress.totalBytes = progress.readBytes + bytes
    }

    /// Counts bytes that a read has brought. That it was waited for is no rest: what came to the core meanwhile is
    /// answered at the end of the turn in which the work goes on.
    func read(_ bytes: Int) {
        unpaidBytes += bytes
        progress.readBytes += bytes
        pay()
        onProgress?(progress)
    }

    func wrote(_ bytes: Int) { unpaidBytes += bytes }

    /// Counts bytes that had to be unfolded.
    func unfolded(_ bytes: Int) { sliceBytes += bytes }

    /// Counts bytes that were worked on, and lets others on when they have become many.
    func worked(_ bytes: Int, for claim: CleaningClaim) async {
        sliceBytes += bytes
        if sliceBytes >= Limits.cleaningSliceBytes || isIndebted { await rest(for: claim) }
    }

    /// Lets others on, for as long as the rate asks for; sooner when the claim is withdrawn.
    func rest(for claim: CleaningClaim) async {
        sliceBytes = 0
        pay()
        isIndebted = false
        await core.sleep(until: core.now())
        onProgress?(progress)
        while core.now() < paidAt, !claim.isAborted, !core.isHalted {
            await core.sleep(until: min(paidAt, core.now().adding(milliseconds: Limits.cleaningNapMilliseconds)))
            onProgress?(progress)
        }
    }

    /// Reckons what was moved by the rate of now.
    private func pay() {
        let now = core.now()
        let nanoseconds = Double(unpaidBytes) / max(bytesPerSecond, 1) * 1e9
        unpaidBytes = 0
        paidAt = max(paidAt, now).adding(nanoseconds: UInt64(min(nanoseconds, 1e18)))
        isIndebted = paidAt.milliseconds(since: now) > 0
    }
}

/// How far a compaction is.
public struct CleaningProgress: Equatable, Sendable {
    /// Bytes read so far: the dirty part once to find the last record of each key, then all that is written anew.
    public internal(set) var readBytes = 0
    /// Bytes that will have been read in the end.
    public internal(set) var totalBytes = 0
    /// The last record of each key is known.
    public internal(set) var isRewriting = false
}
