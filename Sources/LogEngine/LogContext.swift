import Records
public import Reactor

/// What the logs of one core share: open files within a budget, and the codecs for look-ups by time and compaction.
public final class LogContext {
    public let core: Core
    let decompressor = Decompressor()
    private(set) lazy var compressor = Compressor()
    /// Bytes of segments that were checked after an unclean stop.
    public internal(set) var recoveredBytes = 0
    private let openLimit: Int
    private var open: [Segment] = []
    private var hand = 0

    /// - Parameter openSegments: segments whose files stay open, each up to four descriptors, two as a rule.
    public init(core: Core, openSegments: Int = 4096) {
        self.core = core
        openLimit = max(openSegments, 8)
    }

    var files: FileSystem { core.files }

    /// Counts `segment` among the open ones. The one that was unused for longest (about) gives up its files when there
    /// are too many.
    func opened(_ segment: Segment) {
        guard segment.openIndex == nil else { return }
        if open.count < openLimit {
            segment.openIndex = open.count
            open.append(segment)
            return
        }
        while open[hand].wasUsed {
            open[hand].wasUsed = false
            hand = (hand + 1) % open.count
        }
        open[hand].dropFiles()
        open[hand].openIndex = nil
        segment.openIndex = hand
        open[hand] = segment
        hand = (hand + 1) % open.count
    }

    /// The segment's files are to be removed: nothing of it is synced any more.
    func retire(_ segment: Segment) {
        segment.isRemoved = true
        forget(segment)
    }

    /// Closes the segment's files, because they were removed or their directory was renamed.
    func forget(_ segment: Segment) {
        segment.dropFiles()
        guard let index = segment.openIndex else { return }
        segment.openIndex = nil
        let last = open.removeLast()
        if index < open.count {
            open[index] = last
            last.openIndex = index
        }
        if hand >= open.count { hand = 0 }
    }
}

/// Where a log lies: its directory (which may be renamed) and what its core shares.
final class LogPlace {
    var directory: String
    let context: LogContext
    let health: DirectoryHealth
    /// Names were added to the directory, or it to its parent, that aren't durable yet.
    var hasUnsyncedEntries = false
    var isUnsyncedItself = false
    /// Another directory whose entries have to be durable before this one's: a replica left it for this one.
    var formerParent: String?
    private var isSyncingEntries = false
    /// Syncs of entries are numbered; the last that began, and the last that came to a good end.
    private var lastEntrySync = 0
    private var lastGoodEntrySync = 0
    private var entryWaiters = Waiters()

    init(_ directory: String, _ context: LogContext, _ health: DirectoryHealth) {
        self.directory = directory
        self.context = context
        self.health = health
    }

    var core: Core { context.core }
    var files: FileSystem { context.files }

    func path(_ name: String) -> String { directory + "/" + name }

    func path(_ name: SegmentFileName) -> String { path(name.text) }

    /// The size of a file; `nil` when there is none.
    func size(_ name: SegmentFileName) throws(LogError) -> Int? { try size(name.text) }

    func size(_ name: String) throws(LogError) -> Int? {
        let path = path(name)
        do throws(Errno) { return try files.status(path).size } catch {
            if error == .noEntry { return nil }
            throw .storage(error, path: path)
        }
    }

    /// Unlinks a file; none there is fine.
    func remove(_ name: String) throws(LogError) {
        let path = path(name)
        do throws(Errno) { try files.remove(path) } catch {
            if error != .noEntry { throw .storage(error, path: path) }
        }
    }

    /// Makes new names in the directory durable, and the directory's own name. Returns when all that were there at the
    /// call are, whoever syncs them.
    func syncEntries() async throws(LogError) {
        // Names that are added meanwhile are nobody's concern here, or a busy log would keep this going for ever.
        let needed = lastEntrySync + 1
        while lastGoodEntrySync < needed {
            if isSyncingEntries {
                await withUnsafeContinuation { entryWaiters.add($0, unless: !isSyncingEntries) }
                continue
            }
            guard hasUnsyncedEntries || isUnsyncedItself || formerParent != nil else { return }
            isSyncingEntries = true
            lastEntrySync += 1
            let number = lastEntrySync
            defer {
                isSyncingEntries = false
                entryWaiters.wake()
            }
            try await syncEntriesOnce()
            lastGoodEntrySync = number
        }
    }

    private func syncEntriesOnce() async throws(LogError) {
        if let parent = formerParent {
            do throws(Errno) { try await files.syncDirectory(parent) } catch { throw .storage(error, path: parent) }
            formerParent = nil
        }
        if hasUnsyncedEntries {
            hasUnsyncedEntries = false
            do throws(Errno) { try await files.syncDirectory(directory) } catch {
                hasUnsyncedEntries = true
                throw .storage(error, path: directory)
            }
        }
        if isUnsyncedItself {
            isUnsyncedItself = false
            let parent = directory.lastIndex(of: "/").map { String(directory[..<$0]) } ?? "."
            do throws(Errno) { try await files.syncDirectory(parent) } catch {
                isUnsyncedItself = true
                throw .storage(error, path: parent)
            }
        }
    }
}

extension File {
    /// Takes away what is in the file, if anything is: ext4 writes a file out as soon as it is closed if it was cut to
    /// nothing before, and be it a new one.
    func empty() throws(Errno) {
        if try size() > 0 { try truncate(to: 0) }
    }
}

/// Runs `body`; its error becomes one of the engine's, with the path.
func at<Value>(_ path: @autoclosure () -> String, _ body: () throws(Errno) -> Value) throws(LogError) -> Value {
    do throws(Errno) { return try body() } catch { throw .storage(error, path: path()) }
}
