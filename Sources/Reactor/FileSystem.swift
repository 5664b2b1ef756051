public import Bytes
import CUring
import Glibc

/// What a directory entry is.
public struct FileStatus: Equatable, Sendable {
    public var size: Int
    public var modifiedMilliseconds: Int64
    public var isDirectory: Bool

    public init(size: Int, modifiedMilliseconds: Int64, isDirectory: Bool) {
        self.size = size
        self.modifiedMilliseconds = modifiedMilliseconds
        self.isDirectory = isDirectory
    }
}

/// A kind of file system, as far as it matters how we write to it.
public enum FileSystemKind: Equatable, Sendable, CustomStringConvertible {
    case xfs
    case ext4
    case other(magic: Int)

    init(magic: Int) {
        switch magic {
        case 0x5846_5342: self = .xfs
        case 0xEF53: self = .ext4
        default: self = .other(magic: magic)
        }
    }

    public var description: String {
        switch self {
        case .xfs: "xfs"
        case .ext4: "ext4"
        case .other(let magic): "file system 0x" + String(magic, radix: 16)
        }
    }
}

public struct FileSystemStatus: Equatable, Sendable {
    public var kind: FileSystemKind
    /// Bytes in all.
    public var totalBytes: Int64
    /// Bytes that can still be written.
    public var freeBytes: Int64

    public init(kind: FileSystemKind, totalBytes: Int64, freeBytes: Int64) {
        self.kind = kind
        self.totalBytes = totalBytes
        self.freeBytes = freeBytes
    }
}

/// How a file is opened.
public enum OpenMode: Sendable {
    case read
    /// An existing file, for reading and writing.
    case readWrite
    /// For reading and writing; made when there is none.
    case create
    /// For reading and writing; `EEXIST` when there is one.
    case createNew

    var flags: Int32 {
        switch self {
        case .read: O_RDONLY
        case .readWrite: O_RDWR
        case .create: O_RDWR | O_CREAT
        case .createNew: O_RDWR | O_CREAT | O_EXCL
        }
    }
}

/// Files and directories as one core sees them. What is here is short or made only at start and at a segment's roll, so
/// it is called plainly; what waits for a device is async.
public final class FileSystem {
    unowned var core: Core!
    private var lastFile: UInt64 = 0

    private var disk: any Disk { core.disk }

    public func open(_ path: String, _ mode: OpenMode) throws(Errno) -> File {
        let descriptor = try checked(disk.open(path, flags: mode.flags))
        lastFile += 1
        return File(path: path, descriptor: descriptor, identity: lastFile, core: core)
    }

    /// The names in `directory`, sorted, without `.` and `..`.
    public func list(_ directory: String) throws(Errno) -> [String] { try disk.list(directory).get() }

    public func status(_ path: String) throws(Errno) -> FileStatus { try disk.status(path).get() }

    public func exists(_ path: String) -> Bool { (try? status(path)) != nil }

    public func makeDirectory(_ path: String) throws(Errno) { try checked(disk.makeDirectory(path)) }

    /// Makes `path` and what is missing above it.
    public func makeDirectories(_ path: String) throws(Errno) {
        if exists(path) { return }
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            try makeDirectories(String(path[..<slash]))
        }
        do { try makeDirectory(path) } catch .exists {}
    }

    public func rename(_ from: String, to: String) throws(Errno) { try checked(disk.rename(from, to)) }

    public func remove(_ path: String) throws(Errno) { try checked(disk.remove(path)) }

    public func removeDirectory(_ path: String) throws(Errno) { try checked(disk.removeDirectory(path)) }

    /// `path` from the root on, without doubled or trailing slashes and single dots.
    public func absolute(_ path: String) -> String {
        let whole = path.hasPrefix("/") ? path : disk.workingDirectory + "/" + path
        return "/" + whole.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
    }

    public func fileSystem(of path: String) throws(Errno) -> FileSystemStatus {
        try disk.fileSystem(of: path).get()
    }

    /// Opens `path` (made when there is none) and locks it until the file is closed; `EAGAIN` when another process has.
    public func lock(_ path: String) throws(Errno) -> File {
        let file = try open(path, .create)
        try file.lock()
        return file
    }

    /// All bytes of a small file; `EFBIG` beyond `limit`.
    public func readAll(_ path: String, limit: Int = 16 << 20) throws(Errno) -> ByteSlice {
        let file = try open(path, .read)
        defer { file.close() }
        return try file.readAll(limit: limit)
    }

    /// Puts `bytes` in place of what `path` holds, so that a crash leaves the old or the new: a temporary file beside
    /// it, synced, renamed, directory synced.
    ///
    /// - Parameter prepare: what else is done with the temporary file once it is written, before its sync.
    public func replace(
        _ path: String, with bytes: ByteSlice, prepare: (File) throws(Errno) -> Void = { (_) throws(Errno) in }
    ) async throws(Errno) {
        let temporary = path + ".tmp"
        let file = try open(temporary, .create)
        defer { file.close() }
        try file.truncate(to: 0)
        try file.write([bytes], at: 0)
        try prepare(file)
        try await file.sync()
        try rename(temporary, to: path)
        try await syncDirectory(path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ".")
    }

    /// Makes the entries of a directory durable.
    public func syncDirectory(_ path: String) async throws(Errno) {
        let directory = try open(path.isEmpty ? "/" : path, .read)
        defer { directory.close() }
        try await directory.sync()
    }

    /// Makes durable all that the file system of `path` holds in memory, of whichever program's files (syncfs). That
    /// may take as long as the device needs for everything that is dirty.
    ///
    /// - Throws: `EIO`, `ENOSPC` or `EDQUOT` when something could not be written, perhaps nothing of ours; other errors
    ///   when nothing was begun.
    public func syncFileSystem(of path: String) async throws(Errno) {
        let file = try open(path, .read)
        defer { file.close() }
        try await file.syncFileSystem()
    }

    @discardableResult
    private func checked(_ result: Int32) throws(Errno) -> Int32 {
        guard result >= 0 else { throw Errno(rawValue: -result) }
        return result
    }
}
