import Bytes
import Reactor

/// What lies in the directory: names, and what a stop interrupted among them.
extension LogLoading {
    func makeDirectory() throws(LogError) {
        let directory = place.directory
        guard !place.files.exists(directory) else {
            // What a process that was killed has made may not be on the device yet.
            place.hasUnsyncedEntries = !opening.wasClean
            place.isUnsyncedItself = !opening.wasClean
            return
        }
        try at(directory) { () throws(Errno) in try place.files.makeDirectories(directory) }
        place.isUnsyncedItself = true
    }

    func names() throws(LogError) -> [String] {
        let directory = place.directory
        return try at(directory) { () throws(Errno) in try place.files.list(directory) }
    }

    func read(_ name: String) throws(LogError) -> (bytes: ByteSlice, seal: Seal)? {
        let path = place.path(name)
        do throws(Errno) { return try place.files.readSealed(path) } catch {
            if error == .noEntry { return nil }
            throw .storage(error, path: path)
        }
    }

    /// Finishes or undoes what a stop interrupted, and returns the names that are there then.
    func finishReplacements(_ names: [String]) async throws(LogError) -> [String] {
        let temporaries = RecoveryPlan.Temporaries(names: names)
        if !temporaries.staleSwaps.isEmpty {
            for name in temporaries.staleSwaps { try place.remove(name) }
            try await syncNames()
        }
        for name in temporaries.removals { try place.remove(name) }
        if !temporaries.swaps.isEmpty {
            let logs = temporaries.swaps.filter { $0.kind == .log }
            var end = Int64.min
            for swap in logs { end = max(end, try endOffset(ofSwap: swap)) }
            for name in temporaries.replaced(names: names, swapEndOffset: end) { try place.remove(name) }
            // Each step durably before the next: another stop on the way must not leave old and new side by side.
            try await syncNames()
            try complete(logs)
            try await syncNames()
            try complete(temporaries.swaps.filter { $0.kind != .log })
        }
        if !temporaries.removals.isEmpty || !temporaries.swaps.isEmpty {
            try await syncNames()
        } else if temporaries.staleSwaps.isEmpty {
            return names
        }
        return try self.names()
    }

    /// Decides what to do with each segment.
    mutating func plan(for names: [String]) throws(LogError) -> RecoveryPlan {
        let plan = RecoveryPlan(
            names: names, wasClean: opening.wasClean, recoveryPoint: opening.checksAll ? 0 : opening.recoveryPoint)
        for name in plan.removals { try place.remove(name) }
        snapshots = plan.snapshots
        return plan
    }

    private func syncNames() async throws(LogError) {
        place.hasUnsyncedEntries = true
        try await place.syncEntries()
    }

    private func complete(_ swaps: [SegmentFileName]) throws(LogError) {
        for swap in swaps {
            let from = place.path(swap)
            let to = place.path(swap.with(nil))
            try at(from) { () throws(Errno) in try place.files.rename(from, to: to) }
        }
    }

    func endOffset(ofSwap swap: SegmentFileName) throws(LogError) -> Int64 {
        let path = place.path(swap)
        let file = try at(path) { () throws(Errno) in try place.files.open(path, .read) }
        let size = try at(path) { () throws(Errno) in try file.size() }
        var walk = HeaderWalk(file, from: 0, to: size)
        var end = swap.baseOffset
        while let batch = try walk.next() { end = batch.lastOffset + 1 }
        return end
    }
}
