public import Bytes
import CUring
import Glibc

/// An open file of one core, closed by `close` or with the last reference.
///
/// Writes are plain `pwritev`: into the page cache they cost less CPU than through the ring on XFS and ext4 alike (ext4
/// punts every ring write to a worker). What waits for the device (sync, cold reads) goes through the ring.
public final class File {
    public let path: String
    private let descriptor: Int32
    private let identity: UInt64
    private unowned let core: Core
    private var isOpen = true

    init(path: String, descriptor: Int32, identity: UInt64, core: Core) {
        self.path = path
        self.descriptor = descriptor
        self.identity = identity
        self.core = core
    }

    // Without asking whose turn it is: at a broker's end any core may be the last to let go of another's actor.
    deinit { if isOpen { core.kernel.disk.close(descriptor) } }

    private var disk: any Disk { core.disk }

    public func close() {
        guard isOpen else { return }
        isOpen = false
        disk.close(descriptor)
    }

    /// Writes all pieces one behind the other from `position`; what a short write left is written again from there.
    /// - Throws: the first error; then a part may have been written.
    /// - Complexity: one system call for up to 1,024 pieces.
    public func write(_ pieces: [ByteSlice], at position: Int) throws(Errno) {
        let failure = withUnsafeTemporaryAllocation(of: iovec.self, capacity: min(pieces.count, Limits.vectors)) {
            write(pieces, at: position, by: $0)
        }
        if let failure { throw failure }
    }

    /// - Parameter vectors: room for those of one call.
    private func write(_ pieces: [ByteSlice], at start: Int, by vectors: UnsafeMutableBufferPointer<iovec>) -> Errno? {
        var position = start
        var next = 0
        while next < pieces.count {
            var count = 0
            var bytes = 0
            while next < pieces.count, count < vectors.count {
                let piece = pieces[next]
                next += 1
                guard piece.count > 0, let address = piece.unsafeAddress else { continue }
                vectors.initializeElement(
                    at: count, to: iovec(iov_base: UnsafeMutableRawPointer(mutating: address), iov_len: piece.count))
                count += 1
                bytes += piece.count
            }
            let failure = write(UnsafeMutableBufferPointer(rebasing: vectors[..<count]), bytes: bytes, at: position)
            if let failure { return failure }
            position += bytes
        }
        withExtendedLifetime(pieces) {}  // the vectors point into them
        return nil
    }

    private func write(_ vectors: UnsafeMutableBufferPointer<iovec>, bytes: Int, at start: Int) -> Errno? {
        var left = bytes
        var position = start
        var first = 0
        while left > 0 {
            let written = disk.write(
                descriptor, UnsafeBufferPointer(rebasing: vectors[first...]), at: position)
            if written == -Int(EINTR) { continue }
            guard written > 0 else { return written == 0 ? .ioError : Errno(rawValue: Int32(-written)) }
            left -= written
            position += written
            var rest = written
            while first < vectors.count, rest >= vectors[first].iov_len {
                rest -= vectors[first].iov_len
                first += 1
            }
            if rest > 0 {
                vectors[first].iov_base += rest
                vectors[first].iov_len -= rest
            }
        }
        return nil
    }

    /// Reads up to the buffer's size from `position`, fewer at the end of the file. May wait for the device: for
    /// start-up, indexes and headers.
    public func read(into buffer: UnsafeMutableRawBufferPointer, at position: Int) throws(Errno) -> Int {
        var filled = 0
        while filled < buffer.count {
            let count = disk.read(
                descriptor, UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]), at: position + filled)
            if count == -Int(EINTR) { continue }
            guard count >= 0 else { throw Errno(rawValue: Int32(-count)) }
            if count == 0 { break }
            filled += count
        }
        return filled
    }

    /// Reads `count` bytes from `position` into a pooled buffer without stalling the core, fewer at the end of the
    /// file.
    public func readAsync(_ count: Int, at position: Int) async throws(Errno) -> ByteSlice {
        let block = core.pool.take(count)
        var filled = 0
        while filled < count {
            let completion = await core.perform { entry, slot in
                mu_prepare(
                    entry, UInt8(IORING_OP_READ.rawValue), descriptor, block.base + filled, UInt32(count - filled),
                    UInt64(position + filled), 0, slot)
            }
            if completion.result == -EINTR || completion.result == -EAGAIN { continue }
            guard completion.result >= 0 else { throw Errno(rawValue: -completion.result) }
            if completion.result == 0 { break }
            filled += Int(completion.result)
        }
        return block.slice(0..<filled)
    }

    /// The bytes `range` as they lie in the page cache, to be sent by the kernel; several pieces where they cross
    /// mapped windows. Don't touch them: a page that isn't in memory would stall the core.
    public func view(_ range: Range<Int>) throws(Errno) -> [ByteSlice] {
        guard let pieces = disk.map(descriptor, file: identity, range) else { throw .last }
        return pieces
    }

    /// Whether all of `range` is in the page cache.
    public func isResident(_ range: Range<Int>) -> Bool { disk.isResident(descriptor, range) }

    /// Makes data and size durable (fdatasync).
    public func sync() async throws(Errno) {
        while true {
            let completion = await core.perform { entry, slot in
                mu_prepare(
                    entry, UInt8(IORING_OP_FSYNC.rawValue), descriptor, nil, 0, 0, UInt32(IORING_FSYNC_DATASYNC), slot)
            }
            if completion.result == -EINTR { continue }
            guard completion.result >= 0 else { throw Errno(rawValue: -completion.result) }
            return
        }
    }

    func syncFileSystem() async throws(Errno) {
        let completion = await core.syncFileSystem(descriptor)
        guard completion.result >= 0 else { throw Errno(rawValue: -completion.result) }
    }

    public func size() throws(Errno) -> Int {
        let size = disk.size(descriptor)
        guard size >= 0 else { throw Errno(rawValue: Int32(-size)) }
        return size
    }

    public func truncate(to size: Int) throws(Errno) { try checked(disk.truncate(descriptor, to: size)) }

    /// Has the file system keep room for `count` bytes from `position`.
    public func allocate(from position: Int, count: Int) throws(Errno) {
        try checked(disk.allocate(descriptor, from: position, count: count))
    }

    public func setModified(milliseconds: Int64) throws(Errno) {
        try checked(disk.setModified(descriptor, milliseconds: milliseconds))
    }

    /// Keeps `bytes` with the file, for as long as it lives and whatever it is called (an extended attribute: names
    /// begin with `user.`). Durable with the file's next sync.
    /// - Throws: an error that ``Errno/refusesAttributes`` where the file system keeps none.
    public func setAttribute(_ name: String, _ bytes: [UInt8]) throws(Errno) {
        try checked(bytes.withUnsafeBytes { disk.setAttribute(descriptor, name, $0) })
    }

    /// What ``setAttribute(_:_:)`` has kept; `nil` where nothing is. `ERANGE` for more than 64 bytes.
    public func attribute(_ name: String) throws(Errno) -> [UInt8]? {
        var count = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: Limits.attributeBytes) { buffer, filled in
            count = disk.attribute(descriptor, name, UnsafeMutableRawBufferPointer(buffer))
            filled = max(0, count)
        }
        guard count < 0 else { return bytes }
        let error = Errno(rawValue: Int32(-count))
        guard error == .noData else { throw error }
        return nil
    }

    /// Nothing kept under that name is fine.
    public func removeAttribute(_ name: String) throws(Errno) {
        do throws(Errno) { try checked(disk.removeAttribute(descriptor, name)) } catch {
            guard error == .noData else { throw error }
        }
    }

    /// All bytes of a small file; `EFBIG` beyond `limit`.
    public func readAll(limit: Int = 16 << 20) throws(Errno) -> ByteSlice {
        let size = try size()
        guard size <= limit else { throw .tooLarge }
        let block = Block(capacity: size)
        let count = try read(into: UnsafeMutableRawBufferPointer(rebasing: block.mutableBytes[..<size]), at: 0)
        return block.slice(0..<count)
    }

    func lock() throws(Errno) { try checked(disk.lock(descriptor)) }

    private func checked(_ result: Int32) throws(Errno) {
        guard result >= 0 else { throw Errno(rawValue: -result) }
    }
}
