/// What is known of a log's leader epochs besides its batches. A batch's epoch lies outside its checksum, and between
/// two epochs, or at the log's end, others fit in: only what was noted elsewhere says that a bit has flipped.
struct EpochEvidence {
    enum Verdict { case silent, agrees, contradicts }

    private let epochs: LeaderEpochs
    /// From here on there may be newer epochs than those that are known.
    private let completeBelow: Int64

    init(_ epochs: LeaderEpochs, completeBelow: Int64 = .max) {
        self.epochs = epochs
        self.completeBelow = completeBelow
    }

    /// What it says of a batch of that epoch which ends with `lastOffset`. O(log n) in the epochs.
    func verdict(on epoch: Int32, lastOffset: Int64) -> Verdict {
        guard epoch >= 0, let index = epochs.index(of: lastOffset) else { return epoch < -1 ? .contradicts : .silent }
        let known = epochs.entries[index].epoch
        if epoch == known { return .agrees }
        let isLatest = index + 1 == epochs.entries.count
        return isLatest && lastOffset >= completeBelow && epoch > known ? .silent : .contradicts
    }

    func verdict(on batch: BatchPlace) -> Verdict {
        batch.header == nil ? .silent : verdict(on: batch.leaderEpoch, lastOffset: batch.lastOffset)
    }

    func verdict(on before: BatchBefore?) -> Verdict {
        guard let before, let epoch = before.leaderEpoch else { return .silent }
        return verdict(on: epoch, lastOffset: before.endOffset - 1)
    }

    /// Whether a contradiction is the batch's fault: where all neighbours that are known of contradict as well, it is
    /// the evidence that is wrong (an epoch file that somebody else has put there).
    static func isBatchAtFault(_ before: Verdict, _ next: Verdict) -> Bool {
        before == .agrees || next == .agrees || before == .silent && next == .silent
    }
}
