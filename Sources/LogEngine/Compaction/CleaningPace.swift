public import Reactor

/// How fast a log is compacted: small pieces with everything else that the core has to do between them, and no more
/// bytes a second than allowed. Of one core.
public final class CleaningPace {
    public private(set) var progress = CleaningProgress()
    /// Called some thousand times a second.
    public var onProgress: ((CleaningProgress) -> Void)?
    private let core: Core
    private let rate: ByteRate
    private var sliceBytes = 0
    private var unpaidBytes = 0
    /// All that was moved so far, as the rate's account has it.
    private var mark = 0.0
    private var isIndebted = false

    /// - Parameter rate: of bytes read and written, for all who compact.
    public init(core: Core, rate: ByteRate = ByteRate()) {
        self.core = core
        self.rate = rate
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
        while case let now = core.now(), case let due = rate.due(mark, at: now), due > now, !claim.isAborted,
            !core.isHalted
        {
            await core.sleep(until: min(due, now.adding(milliseconds: Limits.cleaningNapMilliseconds)))
            onProgress?(progress)
        }
    }

    private func pay() {
        let now = core.now()
        mark = rate.spend(unpaidBytes, at: now)
        unpaidBytes = 0
        isIndebted = rate.due(mark, at: now).milliseconds(since: now) > 0
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
