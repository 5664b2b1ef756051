import Bytes
package import Reactor

/// An entry of a fixed size, as index files are made of.
package protocol IndexEntry: Equatable, Sendable {
    static var byteCount: Int { get }
    /// Reads `byteCount` bytes, which are there.
    init(reading bytes: UnsafeRawPointer)
    /// Writes `byteCount` bytes, for which there is room.
    func store(to bytes: UnsafeMutableRawPointer)
}

/// Opens an index file; asked only when stored entries are needed.
package typealias IndexSource = () throws(LogError) -> File

/// Entries in ascending order: the older ones in a file, the newest in memory until they are worth a write.
///
/// Memory: the tail only, at most ``Limits/indexTailEntries`` entries between two calls of ``writeTail(to:)``.
package struct EntryTable<Entry: IndexEntry> {
    /// Entries that are in the file.
    package private(set) var storedCount: Int
    /// Entries behind those in the file.
    package private(set) var tail: [Entry] = []

    package init(storedCount: Int = 0) { self.storedCount = storedCount }

    package var count: Int { storedCount + tail.count }

    package func entry(at index: Int, _ source: IndexSource) throws(LogError) -> Entry {
        if index >= storedCount { return tail[index - storedCount] }
        return try read(index..<index + 1, source)[0]
    }

    /// How many entries at the front satisfy `isBelow`, which must hold for a prefix. O(log n), a page read at the end.
    package func prefixCount(_ source: IndexSource, where isBelow: (Entry) -> Bool) throws(LogError) -> Int {
        if let first = tail.first, isBelow(first) || storedCount == 0 {
            return storedCount + partition(tail, where: isBelow)
        }
        if storedCount == 0 { return 0 }
        var low = 0
        var high = storedCount
        while high - low > Limits.indexTailEntries {
            let middle = (low + high) / 2
            if isBelow(try read(middle..<middle + 1, source)[0]) { low = middle + 1 } else { high = middle }
        }
        return low + partition(try read(low..<high, source), where: isBelow)
    }

    /// The stored and the waiting entries of `range`.
    package func entries(_ range: Range<Int>, _ source: IndexSource) throws(LogError) -> [Entry] {
        var found: [Entry] = []
        if range.lowerBound < storedCount {
            found = try read(range.lowerBound..<min(range.upperBound, storedCount), source)
        }
        let waiting = max(range.lowerBound, storedCount)
        if waiting < range.upperBound {
            found.append(contentsOf: tail[(waiting - storedCount)..<(range.upperBound - storedCount)])
        }
        return found
    }

    package mutating func append(_ entry: Entry) { tail.append(entry) }

    /// Forgets the entries from `count` on. The file keeps its length: call ``writeTail(to:)``.
    package mutating func cut(to count: Int) {
        if count >= storedCount {
            tail.removeLast(max(0, self.count - count))
        } else {
            tail.removeAll()
            storedCount = count
        }
    }

    /// Writes the waiting entries behind the stored ones, and with `trimming` ends the file there.
    ///
    /// - Parameter prepare: called with the file before it is changed.
    /// - Returns: whether the file has changed.
    @discardableResult
    package mutating func writeTail(
        to source: IndexSource, trimming: Bool = false,
        prepare: (File) throws(Errno) -> Void = { (_) throws(Errno) in }
    ) throws(LogError) -> Bool {
        guard !tail.isEmpty || trimming else { return false }
        let file = try source()
        var hasChanged = !tail.isEmpty
        do throws(Errno) {
            if hasChanged { try prepare(file) }
            if !tail.isEmpty {
                let bytes = Block(capacity: tail.count * Entry.byteCount)
                for (index, entry) in tail.enumerated() { entry.store(to: bytes.base + index * Entry.byteCount) }
                try file.write(
                    [bytes.slice(0..<tail.count * Entry.byteCount)], at: storedCount * Entry.byteCount)
            }
            // A file that is left as it is needs no sync.
            if trimming, try file.size() != count * Entry.byteCount {
                if !hasChanged { try prepare(file) }
                try file.truncate(to: count * Entry.byteCount)
                hasChanged = true
            }
        } catch {
            throw .storage(error, path: file.path)
        }
        storedCount = count
        tail.removeAll(keepingCapacity: true)
        return hasChanged
    }

    private func read(_ range: Range<Int>, _ source: IndexSource) throws(LogError) -> [Entry] {
        guard !range.isEmpty else { return [] }
        let file = try source()
        let block = Block(capacity: range.count * Entry.byteCount)
        let buffer = UnsafeMutableRawBufferPointer(start: block.base, count: range.count * Entry.byteCount)
        let position = range.lowerBound * Entry.byteCount
        let count: Int
        do { count = try file.read(into: buffer, at: position) } catch { throw .storage(error, path: file.path) }
        guard count == buffer.count else {
            throw .corrupt(path: file.path, position: position + count, reason: "the index is shorter than it was")
        }
        return range.indices.map { Entry(reading: block.base + ($0 - range.lowerBound) * Entry.byteCount) }
    }

    private func partition(_ entries: [Entry], where isBelow: (Entry) -> Bool) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if isBelow(entries[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
