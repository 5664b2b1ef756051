import Bytes
import CUring
import Glibc
import Reactor

/// A process's view of its node's disk: the calls and the ring's operations on files, with the faults that the plan
/// has.
final class SimulatedFiles: Disk {
    private unowned let process: SimulatedProcess
    private var disk: SimulatedDisk { process.node.disk }
    private static let windowBytes = 4 << 20

    init(_ process: SimulatedProcess) { self.process = process }

    private func file(_ descriptor: Int32) -> OpenFile? {
        guard case .file(let file) = process.descriptor(descriptor) else { return nil }
        return file
    }

    private func isFailing(_ probability: Double) -> Bool {
        guard disk.random.chance(probability) else { return false }
        process.node.world.trace.note(.fault, UInt64(process.node.index))
        return true
    }

    // MARK: Calls on files

    func open(_ path: String, flags: Int32) -> Int32 {
        if process.isDead { return -ESHUTDOWN }
        disk.visited?.append(path)
        if isFailing(disk.faults.directoryError) || disk.isBroken(path) { return -EIO }
        let isWritable = flags & O_ACCMODE != O_RDONLY
        let inode: Inode
        switch disk.find(path) {
        case .success(let found):
            if flags & O_CREAT != 0, flags & O_EXCL != 0 { return -EEXIST }
            if found.isDirectory, isWritable { return -EISDIR }
            inode = found
        case .failure(let failure):
            guard failure == .noEntry, flags & O_CREAT != 0 else { return -failure.rawValue }
            guard process.node.makesStep(process) else { return -ESHUTDOWN }
            switch disk.create(path, isDirectory: false) {
            case .success(let created): inode = created
            case .failure(let failure): return -failure.rawValue
            }
            inode.modifiedMilliseconds = process.node.wallClockMilliseconds
        }
        disk.opened(inode)
        return process.add(.file(OpenFile(inode: inode, isWritable: isWritable, path: path)))
    }

    func close(_ descriptor: Int32) {
        guard let file = file(descriptor) else { return }
        disk.close(file)
        process.remove(descriptor)
    }

    func read(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer, at position: Int) -> Int {
        if process.isDead { return -Int(ESHUTDOWN) }
        guard let file = file(descriptor) else { return -Int(EBADF) }
        if file.inode.isDirectory { return -Int(EISDIR) }
        if isFailing(disk.faults.readError) || disk.isBroken(file.path) { return -Int(EIO) }
        return file.inode.read(into: buffer, at: position)
    }

    func write(_ descriptor: Int32, _ vectors: UnsafeBufferPointer<iovec>, at position: Int) -> Int {
        if process.isDead { return -Int(ESHUTDOWN) }
        guard let file = file(descriptor), file.isWritable else { return -Int(EBADF) }
        if isFailing(disk.faults.writeError) || disk.isBroken(file.path) { return -Int(EIO) }
        guard process.node.makesStep(process) else { return -Int(ESHUTDOWN) }
        var left = vectors.reduce(0) { $0 + $1.iov_len }
        if left > 1, !process.node.makesStep(process) { left /= 2 }
        if left > 1, isFailing(disk.faults.shortWrite) { left = disk.random.within(1...left - 1) }
        var written = 0
        for vector in vectors where left > 0 && vector.iov_len > 0 {
            let bytes = UnsafeRawBufferPointer(start: vector.iov_base, count: min(left, vector.iov_len))
            let count = write(bytes, to: file, at: position + written)
            guard count > 0 else { return written > 0 ? written : count }
            process.node.world.trace.note(.written, UnsafeRawBufferPointer(rebasing: bytes[..<count]))
            written += count
            left -= count
            if count < bytes.count { break }
        }
        file.inode.modifiedMilliseconds = process.node.wallClockMilliseconds
        return written
    }

    private func write(_ bytes: UnsafeRawBufferPointer, to file: OpenFile, at position: Int) -> Int {
        guard isLying(disk.faults.lateWrite, file) else { return disk.write(file.inode, bytes, at: position) }
        let now = process.node.world.now
        let due = now.adding(milliseconds: Int64(disk.random.within(disk.faults.lateWriteMilliseconds)))
        return disk.write(file.inode, bytes, at: position, due: due, now: now)
    }

    private func isLying(_ probability: Double, _ file: OpenFile) -> Bool {
        guard probability > 0, disk.faults.lyingPaths.isEmpty || !file.inode.isDirectory,
            file.path.hasPrefix(disk.faults.lyingPaths)
        else { return false }
        return isFailing(probability)
    }

    func size(_ descriptor: Int32) -> Int {
        if process.isDead { return -Int(ESHUTDOWN) }
        return file(descriptor)?.inode.size ?? -Int(EBADF)
    }

    func truncate(_ descriptor: Int32, to size: Int) -> Int32 {
        changing(descriptor) { file in size < 0 ? -EINVAL : disk.resize(file.inode, size) }
    }

    func allocate(_ descriptor: Int32, from position: Int, count: Int) -> Int32 {
        changing(descriptor) { file in
            position + count > file.inode.size ? disk.resize(file.inode, position + count) : 0
        }
    }

    func setModified(_ descriptor: Int32, milliseconds: Int64) -> Int32 {
        if process.isDead { return -ESHUTDOWN }
        guard let file = file(descriptor) else { return -EBADF }
        file.inode.modifiedMilliseconds = milliseconds
        return 0
    }

    private func changing(_ descriptor: Int32, _ change: (OpenFile) -> Int32) -> Int32 {
        if process.isDead { return -ESHUTDOWN }
        guard let file = file(descriptor), file.isWritable else { return -EINVAL }
        if isFailing(disk.faults.writeError) || disk.isBroken(file.path) { return -EIO }
        guard process.node.makesStep(process) else { return -ESHUTDOWN }
        let result = change(file)
        if result == 0 { file.inode.modifiedMilliseconds = process.node.wallClockMilliseconds }
        return result
    }

    func lock(_ descriptor: Int32) -> Int32 {
        if process.isDead { return -ESHUTDOWN }
        guard let file = file(descriptor) else { return -EBADF }
        if let holder = file.inode.lockHolder, holder != ObjectIdentifier(file) { return -EAGAIN }
        file.inode.lockHolder = ObjectIdentifier(file)
        return 0
    }

    func setAttribute(_ descriptor: Int32, _ name: String, _ bytes: UnsafeRawBufferPointer) -> Int32 {
        changingAttributes(descriptor) { inode in inode.attributes[name] = [UInt8](bytes) }
    }

    func removeAttribute(_ descriptor: Int32, _ name: String) -> Int32 {
        if let file = file(descriptor), !disk.faults.lacksAttributes, file.inode.attributes[name] == nil {
            return process.isDead ? -ESHUTDOWN : -ENODATA
        }
        return changingAttributes(descriptor) { inode in inode.attributes[name] = nil }
    }

    private func changingAttributes(_ descriptor: Int32, _ change: (Inode) -> Void) -> Int32 {
        if process.isDead { return -ESHUTDOWN }
        guard let file = file(descriptor), file.isWritable else { return -EBADF }
        if disk.faults.lacksAttributes { return -ENOTSUP }
        if isFailing(disk.faults.writeError) || disk.isBroken(file.path) { return -EIO }
        guard process.node.makesStep(process) else { return -ESHUTDOWN }
        change(file.inode)
        file.inode.attributesGeneration = disk.nextGeneration()
        return 0
    }

    func attribute(_ descriptor: Int32, _ name: String, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
        if process.isDead { return -Int(ESHUTDOWN) }
        guard let file = file(descriptor) else { return -Int(EBADF) }
        if disk.faults.lacksAttributes { return -Int(ENOTSUP) }
        if isFailing(disk.faults.readError) || disk.isBroken(file.path) { return -Int(EIO) }
        guard let bytes = file.inode.attributes[name] else { return -Int(ENODATA) }
        guard bytes.count <= buffer.count else { return -Int(ERANGE) }
        buffer.copyBytes(from: bytes)
        return bytes.count
    }

    /// Copies, in pieces cut where a mapping's windows would cut them.
    func map(_ descriptor: Int32, file _: UInt64, _ range: Range<Int>) -> [ByteSlice]? {
        guard !process.isDead, let file = file(descriptor), range.lowerBound >= 0, range.upperBound <= file.inode.size
        else {
            errno = process.isDead ? ESHUTDOWN : EINVAL
            return nil
        }
        var pieces: [ByteSlice] = []
        var start = range.lowerBound
        while start < range.upperBound {
            let end = min(range.upperBound, (start / Self.windowBytes + 1) * Self.windowBytes)
            let block = Block(capacity: end - start)
            _ = file.inode.read(into: block.mutableBytes, at: start)
            pieces.append(block.slice(0..<end - start))
            start = end
        }
        return pieces
    }

    func isResident(_ descriptor: Int32, _ range: Range<Int>) -> Bool {
        guard let file = file(descriptor), !range.isEmpty else { return true }
        let inode = file.inode
        let last = min(inode.pages.count, Inode.pageCount(range.upperBound))
        let first = min(range.lowerBound / Inode.pageBytes, last)
        if first < last, !inode.pages[first].isDirty, isFailing(disk.faults.eviction) {
            inode.pages[first].isResident = false
        }
        return inode.pages[first..<last].allSatisfy(\.isResident)
    }

    // MARK: Calls on directories

    func list(_ directory: String) -> Result<[String], Errno> {
        if process.isDead { return .failure(.shutDown) }
        disk.visited?.append(directory)
        if isFailing(disk.faults.directoryError) || disk.isBroken(directory) { return .failure(.ioError) }
        return disk.find(directory).flatMap { inode in
            inode.isDirectory ? .success(inode.entries.keys.sorted()) : .failure(.notDirectory)
        }
    }

    func status(_ path: String) -> Result<FileStatus, Errno> {
        if process.isDead { return .failure(.shutDown) }
        if disk.isBroken(path) { return .failure(.ioError) }
        return disk.find(path).map { inode in
            FileStatus(
                size: inode.size, modifiedMilliseconds: inode.modifiedMilliseconds, isDirectory: inode.isDirectory)
        }
    }

    func makeDirectory(_ path: String) -> Int32 {
        changing(path) {
            switch disk.create(path, isDirectory: true) {
            case .success: 0
            case .failure(let failure): -failure.rawValue
            }
        }
    }

    func rename(_ from: String, _ to: String) -> Int32 { changing(from, to) { disk.rename(from, to) } }

    func remove(_ path: String) -> Int32 { changing(path) { disk.remove(path, isDirectory: false) } }

    func removeDirectory(_ path: String) -> Int32 { changing(path) { disk.remove(path, isDirectory: true) } }

    private func changing(_ paths: String..., change: () -> Int32) -> Int32 {
        if process.isDead { return -ESHUTDOWN }
        if isFailing(disk.faults.directoryError) || paths.contains(where: disk.isBroken) { return -EIO }
        guard process.node.makesStep(process) else { return -ESHUTDOWN }
        return change()
    }

    var workingDirectory: String { "/" }

    func fileSystem(of path: String) -> Result<FileSystemStatus, Errno> {
        if process.isDead { return .failure(.shutDown) }
        if disk.isBroken(path) { return .failure(.ioError) }
        let free = disk.faults.capacityBytes - min(disk.usedBytes, disk.faults.capacityBytes)
        return disk.find(path).map { _ in
            FileSystemStatus(
                kind: .xfs, totalBytes: Int64(clamping: disk.faults.capacityBytes), freeBytes: Int64(clamping: free))
        }
    }

    // MARK: Operations of the ring

    func read(_ operation: Operation) {
        guard let file = file(operation.request.fd) else { return operation.settle(-EBADF) }
        let start = Int(clamping: operation.request.offset)
        let count = Int(operation.request.length)
        let resident = isResident(operation.request.fd, start..<start + count)
        let latency = resident ? process.node.world.shortWhile() : latency(disk.faults.readMicroseconds)
        process.node.world.after(nanoseconds: latency) { [self] in
            guard !operation.isSettled else { return }
            if isFailing(disk.faults.readError) || disk.isBroken(file.path) { return operation.settle(-EIO) }
            let buffer = UnsafeMutableRawBufferPointer(start: operation.address, count: count)
            operation.settle(Int32(clamping: file.inode.read(into: buffer, at: start)))
        }
    }

    func sync(_ operation: Operation) { sync(operation) { disk.prepareSync($0) } }

    /// Of all there is on the disk. While some paths are broken nothing comes of it, without a word.
    func syncAll(_ operation: Operation) {
        sync(operation) { _ in disk.brokenPaths.isEmpty ? disk.prepareSyncOfAll() : ({}, {}) }
    }

    private func sync(_ operation: Operation, _ prepare: (Inode) -> (apply: () -> Void, forget: () -> Void)) {
        guard let file = file(operation.request.fd) else { return operation.settle(-EBADF) }
        guard process.node.makesStep(process) else { return operation.settle(-ESHUTDOWN) }
        let (apply, forget) = prepare(file.inode)
        let isLie = isLying(disk.faults.lyingSync, file)
        if !isLie { operation.perhaps = apply }
        process.node.world.after(nanoseconds: latency(disk.faults.syncMicroseconds)) { [self] in
            guard !operation.isSettled, process.node.makesStep(process) else { return }
            if isFailing(disk.faults.syncError) || disk.isBroken(file.path) {
                forget()
                return operation.settle(-EIO)
            }
            if !isLie { apply() }
            operation.settle(0)
        }
    }

    private func latency(_ range: ClosedRange<Int>) -> UInt64 {
        if isFailing(disk.faults.slow) { return UInt64(disk.random.within(disk.faults.slowMilliseconds)) * 1_000_000 }
        return UInt64(disk.random.within(range)) * 1000
    }
}
