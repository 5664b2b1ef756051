import Reactor

extension LogLoading {
    mutating func removeSnapshots(_ endOffset: Int64) throws(LogError) {
        let useless = RecoveryPlan.uselessSnapshots(
            snapshots, bases: segments.map(\.baseOffset), logEndOffset: endOffset)
        // Older ones may still be needed: the newest that can be read decides where the replay begins.
        guard let newest = snapshots.last(where: { $0 <= endOffset }) else { return }
        for snapshot in useless where snapshot != newest {
            try place.remove(SegmentFileName(snapshot, .snapshot).text)
            snapshots.removeAll { $0 == snapshot }
        }
    }

    mutating func findProducers(_ endOffset: Int64) throws(LogError) -> ProducerStates {
        if let recovered { return recovered.producers }
        return try ProducerLoading(place: place, config: opening.config)
            .load(to: endOffset, segments: segments, snapshots: &snapshots)
    }

    mutating func writeSnapshot(_ producers: ProducerStates, at offset: Int64) throws(LogError) {
        try place.writeSnapshot(producers, at: offset)
        if !snapshots.contains(offset) {
            snapshots.append(offset)
            snapshots.sort()
        }
    }
}
