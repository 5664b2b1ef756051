import Bytes
import Reactor
import Records

extension Log {
    /// The part of `range` that may be served: all of it, or what lies in front of the first damage. What is not yet
    /// known to be sound is read through the ring and checked, piece by piece, with others on the core in between.
    func checked(_ range: LogRange) async throws(LogError) -> LogRange {
        let known = range.segment.checked.count(of: range.positions)
        if known > 0 { return range.prefix(known) }
        let sound = try await check(range.positions, of: range.segment, in: range.file, before: range.before)
        return range.prefix(sound - range.positions.lowerBound)
    }

    /// Checks the batches that lie wholly within `positions`, but the first in any case, and returns where the sound
    /// ones end.
    ///
    /// - Throws: ``LogError/corrupt(path:position:reason:)`` when the first is damaged.
    @discardableResult
    func check(
        _ positions: Range<Int>, of segment: Segment, in file: File, before: BatchBefore?
    ) async throws(LogError) -> Int {
        let truncations = truncations
        var walk = CheckedWalk(
            file, baseOffset: segment.baseOffset, positions, end: segment.size, before: before,
            evidence: EpochEvidence(epochs))
        var damage: CheckedWalk.Damage?
        var sound = positions.lowerBound
        while damage == nil {
            let before = walk.before
            guard let (batch, _) = try await walk.next() else { break }
            if try await isBeyondEnd(batch, before, &walk, of: segment) {
                let reason = DamageReason.offsets(of: batch).text
                damage = CheckedWalk.Damage(position: batch.position, reason: reason)
            } else {
                sound = walk.position
            }
        }
        // What was cut off meanwhile looks like damage.
        if truncations != self.truncations { throw .truncating(path: place.directory) }
        segment.noteChecked(positions.lowerBound..<sound)
        if let damage = damage ?? walk.damage {
            let error = LogError.corrupt(path: file.path, position: damage.position, reason: damage.reason)
            if sound == positions.lowerBound { throw error }
            note(error)
        }
        return sound
    }

    /// Whether what the walk took for a hole, as compaction leaves them, reaches beyond the segment's end.
    private func isBeyondEnd(
        _ batch: BatchPlace, _ before: BatchBefore?, _ walk: inout CheckedWalk, of segment: Segment
    ) async throws(LogError) -> Bool {
        guard batch.baseOffset != before?.endOffset, batch.lastOffset >= endOffset(of: segment) else { return false }
        return try await walk.peek() == nil
    }

    /// Below what all offsets of a segment are; `.max` when it isn't the log's any longer.
    func endOffset(of segment: Segment) -> Int64 {
        guard let index = segmentIndex(of: segment.baseOffset), segments[index] === segment else { return .max }
        return index + 1 < segments.count ? segments[index + 1].baseOffset : nextOffset
    }

    /// Has those who watch over the directory told of a failed read. Of each damaged place they hear once.
    func note(_ failure: LogError) {
        place.health.suspect(failure)
        guard case .corrupt(let path, let position, _) = failure, damages.count < Limits.reportedDamages,
            !damages.contains(where: { $0.path == path && $0.position == position })
        else { return }
        damages.append((path, position))
        place.health.tell(ofDamage: failure)
    }
}
