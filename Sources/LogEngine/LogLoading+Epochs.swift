import Reactor

extension LogLoading {
    mutating func loadEpochs() throws(LogError) {
        guard let (bytes, seal) = try read(LeaderEpochFile.name) else { return }
        let reason: String
        do throws(CheckpointText.Failure) {
            let stored = try LeaderEpochFile.decode(bytes)
            guard seal == .broken else {
                epochs = stored
                epochsOnDisk = stored
                if seal == .intact {
                    // Saved in the background behind each new epoch's first batch, but before a sync or a stop counts.
                    epochEvidence = EpochEvidence(
                        stored, completeBelow: opening.wasClean ? .max : opening.recoveryPoint)
                }
                return
            }
            reason = Seal.reason
        } catch { reason = error.description }
        damaged.append((place.path(LeaderEpochFile.name), reason, Self.batches))
    }

    /// The epoch file tells of batches that are lost. What is appended in their place would contradict it.
    func hasEpochs(beyond endOffset: Int64) -> Bool {
        epochsOnDisk?.latest.map { $0.startOffset > endOffset } ?? false
    }

    func saveEpochs() async throws(LogError) {
        let path = place.path(LeaderEpochFile.name)
        do throws(Errno) { try await place.files.replaceSealed(path, with: LeaderEpochFile.encode(epochs)) } catch {
            throw .storage(error, path: path)
        }
    }

    /// Without an epoch file the batches say which epochs there were.
    mutating func rebuildMissingEpochs(_ endOffset: Int64) throws(LogError) {
        guard epochsOnDisk == nil, endOffset > segments[0].baseOffset else { return }
        epochs = LeaderEpochs()
        for segment in segments {
            var walk = HeaderWalk(try segment.file(.log), from: 0, to: segment.size)
            while let batch = try walk.next() {
                guard batch.leaderEpoch > epochs.latest?.epoch ?? -1 else { continue }
                epochs.assign(batch.leaderEpoch, startOffset: batch.baseOffset)
            }
        }
    }
}
