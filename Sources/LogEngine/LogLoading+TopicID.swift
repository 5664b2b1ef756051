import Bytes

extension LogLoading {
    mutating func readTopicID() throws(LogError) -> UUID? {
        guard let (bytes, seal) = try read(PartitionMetadataFile.name) else { return nil }
        let path = place.path(PartitionMetadataFile.name)
        let stored = PartitionMetadataFile.decode(bytes)
        if let stored, seal != .broken, stored == opening.topicID ?? stored { return stored }
        let damage = stored == nil ? "no topic id can be read from it" : Seal.reason
        let corrupt = LogError.corrupt(path: path, position: 0, reason: "\(damage); \(Seal.advice)")
        guard let wanted = opening.topicID else { throw corrupt }
        guard let stored, stored != wanted else {
            // It is written without a sync: a power cut may leave anything of it, but not once the log was synced.
            if opening.recoveryPoint > 0 { damaged.append((path, damage, "the cluster's metadata")) }
            return nil
        }
        if seal == .broken { throw corrupt }
        // Ids are random: two that differ in a few bits are the same, damaged.
        let difference = (wanted.high ^ stored.high).nonzeroBitCount + (wanted.low ^ stored.low).nonzeroBitCount
        guard difference > Limits.damagedIDBits else {
            throw .corrupt(
                path: path, position: 0,
                reason: "the topic id is \(stored.text), a few bits away from \(wanted.text), which it should be")
        }
        throw .inconsistentTopicID(path: path, stored: stored.text, wanted: wanted.text)
    }
}
