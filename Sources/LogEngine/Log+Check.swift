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
            file, baseOffset: segment.baseOffset, positions, end: segment.size, before: before)
        var damage: CheckedWalk.Damage?
        var sound = positions.lowerBound
        while damage == nil {
            let before = walk.before
            guard let (batch, _) = try await walk.next() else { break }
            if let reason = try await contradiction(batch, before, &walk, of: segment) {
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

    /// What the log knows and the walk doesn't: where the segment ends, and which epochs there were. Says what doesn't
    /// fit.
    private func contradiction(
        _ batch: BatchPlace, _ before: BatchBefore?, _ walk: inout CheckedWalk, of segment: Segment
    ) async throws(LogError) -> String? {
        let follows = batch.baseOffset == before?.endOffset
        let isOfEpoch =
            batch.header == nil || batch.leaderEpoch == before?.leaderEpoch
            || batch.leaderEpoch == epochs.epoch(of: batch.lastOffset)
        if follows && isOfEpoch { return nil }
        let next = try await walk.peek()
        if !follows, next == nil, batch.lastOffset >= endOffset(of: segment) {
            return "offsets \(batch.baseOffset) to \(batch.lastOffset) don't fit in"
        }
        if isOfEpoch { return nil }
        // What the log knows may be damaged itself: two neighbours have to disagree as well.
        let neighbour = if let next { next } else { try firstBatch(behind: segment) }
        guard let neighbour, neighbour.header != nil, neighbour.leaderEpoch != batch.leaderEpoch else { return nil }
        let earlier =
            if let known = before?.leaderEpoch { known } else { try epoch(before: batch, of: segment) }
        guard let earlier, earlier != batch.leaderEpoch else { return nil }
        return "leader epoch \(batch.leaderEpoch) is none that the log had at offset \(batch.baseOffset)"
    }

    private func endOffset(of segment: Segment) -> Int64 {
        guard let index = segmentIndex(of: segment.baseOffset), segments[index] === segment else { return .max }
        return index + 1 < segments.count ? segments[index + 1].baseOffset : nextOffset
    }

    private func epoch(before batch: BatchPlace, of segment: Segment) throws(LogError) -> Int32? {
        var source = segment
        if batch.position == 0 {
            guard let index = segmentIndex(of: segment.baseOffset), segments[index] === segment, index > 0 else {
                return nil
            }
            source = segments[index - 1]
        }
        do throws(LogError) {
            let found = try source.findBatch(batch.baseOffset - 1)
            return found?.header == nil ? nil : found?.leaderEpoch
        } catch {
            guard case .corrupt = error else { throw error }
            return nil
        }
    }

    private func firstBatch(behind segment: Segment) throws(LogError) -> BatchPlace? {
        guard let index = segmentIndex(of: segment.baseOffset), segments[index] === segment, index + 1 < segments.count,
            segments[index + 1].size > 0
        else { return nil }
        var walk = HeaderWalk(try segments[index + 1].file(.log), from: 0, to: segments[index + 1].size)
        do throws(LogError) { return try walk.next() } catch {
            guard case .corrupt = error else { throw error }
            return nil
        }
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
