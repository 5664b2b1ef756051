import Glibc
import Reactor

/// The disk of a node, which outlives its processes. Data is durable after a sync of its file, a directory's entry
/// after a sync of the directory.
package final class SimulatedDisk {
    /// What goes wrong on this disk from now on.
    package var faults: FaultPlan
    /// Paths under which every call fails with `EIO`: a device that died, or one file's bad sectors.
    package var brokenPaths: [String] = []
    /// Paths that were opened or listed, once somebody wants to know.
    package var visited: [String]?
    /// Syncs of everything at once that were begun.
    package private(set) var syncsOfAll = 0
    var random: RandomStream
    private let root = Inode(number: 0, isDirectory: true)
    /// Changes of entries that aren't durable, oldest first.
    private var changes: [EntryChange] = []
    private var inodes = 0
    private(set) var generation: UInt64 = 0
    private var usedPages = 0
    private var lateWrites: [LateWrite] = []

    init(seed: UInt64, number: Int, faults: FaultPlan) {
        self.faults = faults
        random = RandomStream(seed: seed, .disk, number: UInt64(number))
    }

    /// Bytes that files take, in whole pages.
    package var usedBytes: Int { usedPages * Inode.pageBytes }

    func nextGeneration() -> UInt64 {
        generation += 1
        return generation
    }

    // MARK: Paths

    func isBroken(_ path: String) -> Bool {
        brokenPaths.contains { path == $0 || path.hasPrefix($0 + "/") }
    }

    /// The parts of `path` without `.`, `..` and doubled slashes; a relative path begins at the root.
    static func parts(_ path: String) -> [String] {
        var parts: [String] = []
        for part in path.split(separator: "/") {
            switch part {
            case ".": break
            case "..": _ = parts.popLast()
            default: parts.append(String(part))
            }
        }
        return parts
    }

    func find(_ path: String) -> Result<Inode, Errno> { find(Self.parts(path)[...]) }

    private func find(_ parts: ArraySlice<String>) -> Result<Inode, Errno> {
        var inode = root
        for part in parts {
            guard inode.isDirectory else { return .failure(.notDirectory) }
            guard let next = inode.entries[part] else { return .failure(.noEntry) }
            inode = next
        }
        return .success(inode)
    }

    /// The directory that holds `path`, and the name there.
    private func place(_ path: String) -> Result<(directory: Inode, name: String), Errno> {
        let parts = Self.parts(path)
        guard let name = parts.last else { return .failure(.exists) }
        return find(parts.dropLast()).flatMap { directory in
            directory.isDirectory ? .success((directory, name)) : .failure(.notDirectory)
        }
    }

    // MARK: Entries

    func create(_ path: String, isDirectory: Bool) -> Result<Inode, Errno> {
        place(path).flatMap { directory, name in
            if directory.entries[name] != nil { return .failure(.exists) }
            if usedBytes >= faults.capacityBytes { return .failure(.noSpace) }
            inodes += 1
            let inode = Inode(number: inodes, isDirectory: isDirectory)
            change([EntryChange.Edit(directory: directory, name: name, inode: inode)])
            return .success(inode)
        }
    }

    func remove(_ path: String, isDirectory: Bool) -> Int32 {
        switch place(path) {
        case .failure(let failure): return -failure.rawValue
        case .success((let directory, let name)):
            guard let inode = directory.entries[name] else { return -ENOENT }
            guard inode.isDirectory == isDirectory else { return isDirectory ? -ENOTDIR : -EISDIR }
            guard inode.entries.isEmpty else { return -ENOTEMPTY }
            change([EntryChange.Edit(directory: directory, name: name, inode: nil)])
            unlink(inode)
            return 0
        }
    }

    func rename(_ from: String, _ to: String) -> Int32 {
        guard case .success((let source, let sourceName)) = place(from) else { return -ENOENT }
        guard let inode = source.entries[sourceName] else { return -ENOENT }
        let target: Inode
        let targetName: String
        switch place(to) {
        case .failure(let failure): return -failure.rawValue
        case .success(let place): (target, targetName) = place
        }
        if Self.parts(to).starts(with: Self.parts(from)) { return Self.parts(to) == Self.parts(from) ? 0 : -EINVAL }
        if let replaced = target.entries[targetName] {
            if replaced.isDirectory != inode.isDirectory { return inode.isDirectory ? -ENOTDIR : -EISDIR }
            if !replaced.entries.isEmpty { return -ENOTEMPTY }
            unlink(replaced)
        }
        change([
            EntryChange.Edit(directory: source, name: sourceName, inode: nil),
            EntryChange.Edit(directory: target, name: targetName, inode: inode),
        ])
        return 0
    }

    private func change(_ edits: [EntryChange.Edit]) {
        for edit in edits { edit.directory.entries[edit.name] = edit.inode }
        changes.append(EntryChange(order: nextGeneration(), edits: edits))
    }

    private func unlink(_ inode: Inode) {
        inode.links = 0
        if inode.openCount == 0 { usedPages -= inode.pages.count }
    }

    // MARK: Open files

    func opened(_ inode: Inode) { inode.openCount += 1 }

    func close(_ file: OpenFile) {
        let inode = file.inode
        if inode.lockHolder == ObjectIdentifier(file) { inode.lockHolder = nil }
        inode.openCount -= 1
        if inode.openCount == 0, inode.links == 0 { usedPages -= inode.pages.count }
    }

    // MARK: Contents

    /// Makes the file `size` bytes long; `ENOSPC` when the disk has no room for that.
    func resize(_ inode: Inode, _ size: Int) -> Int32 {
        let more = Inode.pageCount(size) - inode.pages.count
        guard usedPages + more <= faults.capacityBytes / Inode.pageBytes || more <= 0 else { return -ENOSPC }
        inode.resize(size, generation: nextGeneration())
        usedPages += more
        return 0
    }

    /// Writes as much as there is room for.
    func write(_ inode: Inode, _ bytes: UnsafeRawBufferPointer, at position: Int) -> Int {
        let free = max(0, faults.capacityBytes / Inode.pageBytes - usedPages)
        let (room, isEndless) = (inode.pages.count + min(free, 1 << 40)).multipliedReportingOverflow(
            by: Inode.pageBytes)
        let count = isEndless ? bytes.count : min(bytes.count, room - position)
        guard count > 0 || bytes.isEmpty else { return -Int(ENOSPC) }
        let before = inode.pages.count
        inode.write(
            UnsafeRawBufferPointer(rebasing: bytes[..<max(count, 0)]), at: position, generation: nextGeneration())
        usedPages += inode.pages.count - before
        return count
    }

    /// The same for bytes that a kill before `due` takes back.
    func write(_ inode: Inode, _ bytes: UnsafeRawBufferPointer, at position: Int, due: Instant, now: Instant) -> Int {
        lateWrites.removeAll { $0.due <= now }
        let late = LateWrite(inode, position..<position + bytes.count, due: due)
        let count = write(inode, bytes, at: position)
        if count > 0 { lateWrites.append(late) }
        return count
    }

    /// The process is gone, and with it what it had not really written.
    func killed(_ now: Instant) {
        for late in lateWrites.reversed() where late.due > now {
            let before = late.inode.pages.count
            late.takeBack(nextGeneration())
            usedPages += late.inode.pages.count - before
        }
        lateWrites.removeAll()
    }

    /// Flips one bit of a file, in cache and on the device.
    package func flipBit(of path: String, at position: Int, bit: Int = 0) {
        if case .success(let inode) = find(path) { inode.rot(at: position, bit: bit) }
    }

    /// All bytes of a file as a program would read them; nil when there is none.
    package func contents(of path: String) -> [UInt8]? {
        guard case .success(let inode) = find(path), !inode.isDirectory else { return nil }
        var bytes = [UInt8](repeating: 0, count: inode.size)
        _ = bytes.withUnsafeMutableBytes { inode.read(into: $0, at: 0) }
        return bytes
    }

    /// The names in a directory; none where there is no such.
    package func names(in directory: String) -> [String] {
        guard case .success(let inode) = find(directory) else { return [] }
        return inode.entries.keys.sorted()
    }

    // MARK: Durability

    /// What a sync of `inode` that begins now does when it ends.
    func prepareSync(_ inode: Inode) -> (apply: () -> Void, forget: () -> Void) {
        if inode.isDirectory {
            let last = generation
            return ({ self.makeDurable(inode, upTo: last) }, {})
        }
        lateWrites.removeAll { $0.inode === inode }
        let commit = inode.prepareCommit()
        return ({ inode.apply(commit) }, { inode.forget(commit) })
    }

    /// The same for all files and directories.
    func prepareSyncOfAll() -> (apply: () -> Void, forget: () -> Void) {
        syncsOfAll += 1
        let last = generation
        var syncs: [(apply: () -> Void, forget: () -> Void)] = []
        var left = [root]
        while let inode = left.popLast() {
            if !inode.isDirectory { syncs.append(prepareSync(inode)) }
            for name in inode.entries.keys.sorted() {
                if let entry = inode.entries[name] { left.append(entry) }
            }
        }
        let apply = {
            for sync in syncs { sync.apply() }
            for change in self.changes where change.order <= last { change.makeDurable() }
            self.changes.removeAll { $0.order <= last }
        }
        return (apply, { for sync in syncs { sync.forget() } })
    }

    /// Makes the changes of `directory`'s entries durable, with those of elsewhere that they stand on.
    private func makeDurable(_ directory: Inode, upTo last: UInt64) {
        var chosen = Set<Int>()
        var needed = Set<EntryChange.Key>()
        for index in changes.indices.reversed() where changes[index].order <= last {
            let change = changes[index]
            guard change.touches(directory) || !needed.isDisjoint(with: change.keys) else { continue }
            chosen.insert(index)
            needed.formUnion(change.keys)
        }
        for index in changes.indices where chosen.contains(index) { changes[index].makeDurable() }
        changes = changes.indices.filter { !chosen.contains($0) }.map { changes[$0] }
    }

    /// The machine goes off. Of the changed entries some survive: none, all, a prefix, or any that don't stand on a
    /// lost one.
    func cutPower() {
        let style = random.below(4)
        let prefix = random.below(changes.count + 1)
        var lost = Set<EntryChange.Key>()
        for (index, change) in changes.enumerated() {
            let survives =
                switch style {
                case 0: false
                case 1: true
                case 2: index < prefix
                default: lost.isDisjoint(with: change.keys) && random.chance(0.5)
                }
            if survives { change.makeDurable() } else { lost.formUnion(change.keys) }
        }
        changes = []
        usedPages = 0
        var left = [root]
        while let inode = left.popLast() {
            inode.links = 1
            if inode.isDirectory {
                inode.openCount = 0
                inode.entries = inode.durableEntries
                for name in inode.entries.keys.sorted(by: >) {
                    if let entry = inode.entries[name] { left.append(entry) }
                }
            } else {
                inode.cutPower(&random, bitRot: faults.bitRot)
                usedPages += inode.pages.count
            }
        }
    }
}

/// One change of directory entries, atomic: a name made or removed, or one that moves.
struct EntryChange {
    struct Edit {
        let directory: Inode
        let name: String
        let inode: Inode?
    }

    struct Key: Hashable {
        let directory: Int
        let name: String
    }

    let order: UInt64
    let edits: [Edit]

    var keys: Set<Key> { Set(edits.map { Key(directory: $0.directory.number, name: $0.name) }) }

    func touches(_ directory: Inode) -> Bool { edits.contains { $0.directory === directory } }

    func makeDurable() {
        for edit in edits { edit.directory.durableEntries[edit.name] = edit.inode }
    }
}

/// A write that isn't in the page cache yet, and what was there before.
private struct LateWrite {
    let inode: Inode
    let due: Instant
    private let position: Int
    private let before: [UInt8]
    private let growth: Range<Int>

    init(_ inode: Inode, _ range: Range<Int>, due: Instant) {
        self.inode = inode
        self.due = due
        position = range.lowerBound
        var before = [UInt8](repeating: 0, count: max(0, min(range.upperBound, inode.size) - range.lowerBound))
        _ = before.withUnsafeMutableBytes { inode.read(into: $0, at: range.lowerBound) }
        self.before = before
        growth = inode.size..<max(inode.size, range.upperBound)
    }

    func takeBack(_ generation: UInt64) {
        // What was cut off since stays so.
        if growth.contains(inode.size - 1) { inode.resize(growth.lowerBound, generation: generation) }
        let kept = min(before.count, max(0, inode.size - position))
        guard kept > 0 else { return }
        before.withUnsafeBytes { bytes in
            inode.write(UnsafeRawBufferPointer(rebasing: bytes[..<kept]), at: position, generation: generation)
        }
    }
}

/// A file that a process has open.
final class OpenFile {
    let inode: Inode
    let isWritable: Bool
    /// By which it was opened.
    let path: String

    init(inode: Inode, isWritable: Bool, path: String) {
        self.inode = inode
        self.path = path
        self.isWritable = isWritable
    }
}
