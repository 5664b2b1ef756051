import Bytes
import CUring
import Glibc

/// Linux's files.
final class HostDisk: Disk {
    private let windows = MappedWindows()

    func open(_ path: String, flags: Int32) -> Int32 { checked(mu_open(path, flags, 0o644)) }

    func close(_ descriptor: Int32) {
        windows.drop(descriptor)
        Glibc.close(descriptor)
    }

    func read(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer, at position: Int) -> Int {
        checked(pread(descriptor, buffer.baseAddress, buffer.count, position))
    }

    func write(_ descriptor: Int32, _ vectors: UnsafeBufferPointer<iovec>, at position: Int) -> Int {
        checked(pwritev(descriptor, vectors.baseAddress, Int32(vectors.count), position))
    }

    func size(_ descriptor: Int32) -> Int {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? Int(status.st_size) : -Int(errno)
    }

    func truncate(_ descriptor: Int32, to size: Int) -> Int32 { checked(ftruncate(descriptor, size)) }

    func allocate(_ descriptor: Int32, from position: Int, count: Int) -> Int32 {
        checked(mu_allocate(descriptor, Int64(position), Int64(count)))
    }

    func setModified(_ descriptor: Int32, milliseconds: Int64) -> Int32 {
        checked(mu_set_modified(descriptor, milliseconds))
    }

    func lock(_ descriptor: Int32) -> Int32 { checked(flock(descriptor, LOCK_EX | LOCK_NB)) }

    func setAttribute(_ descriptor: Int32, _ name: String, _ bytes: UnsafeRawBufferPointer) -> Int32 {
        checked(mu_set_attribute(descriptor, name, bytes.baseAddress, bytes.count))
    }

    func attribute(_ descriptor: Int32, _ name: String, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
        checked(mu_attribute(descriptor, name, buffer.baseAddress, buffer.count))
    }

    func removeAttribute(_ descriptor: Int32, _ name: String) -> Int32 {
        checked(mu_remove_attribute(descriptor, name))
    }

    func map(_ descriptor: Int32, file: UInt64, _ range: Range<Int>) -> [ByteSlice]? {
        windows.view(descriptor, file: file, range)
    }

    func isResident(_ descriptor: Int32, _ range: Range<Int>) -> Bool {
        let page = 4096
        let pages = (range.upperBound + page - 1) / page - range.lowerBound / page
        let cached = mu_pages_cached(descriptor, UInt64(range.lowerBound), UInt64(range.count))
        return cached < 0 || cached >= pages
    }

    func list(_ directory: String) -> Result<[String], Errno> {
        guard let stream = opendir(directory) else { return .failure(.last) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return .success(names.sorted())
    }

    func status(_ path: String) -> Result<FileStatus, Errno> {
        var status = stat()
        guard stat(path, &status) == 0 else { return .failure(.last) }
        return .success(
            FileStatus(
                size: Int(status.st_size),
                modifiedMilliseconds: Int64(status.st_mtim.tv_sec) * 1000 + Int64(status.st_mtim.tv_nsec) / 1_000_000,
                isDirectory: status.st_mode & S_IFMT == S_IFDIR))
    }

    func makeDirectory(_ path: String) -> Int32 { checked(mkdir(path, 0o755)) }

    func rename(_ from: String, _ to: String) -> Int32 { checked(Glibc.rename(from, to)) }

    func remove(_ path: String) -> Int32 { checked(unlink(path)) }

    func removeDirectory(_ path: String) -> Int32 { checked(rmdir(path)) }

    var workingDirectory: String {
        guard let path = getcwd(nil, 0) else { return "/" }
        defer { free(path) }
        return String(cString: path)
    }

    func fileSystem(of path: String) -> Result<FileSystemStatus, Errno> {
        let magic = mu_filesystem_magic(path)
        guard magic >= 0 else { return .failure(.last) }
        return .success(
            FileSystemStatus(
                kind: FileSystemKind(magic: magic), totalBytes: mu_filesystem_total(path),
                freeBytes: mu_filesystem_free(path)))
    }

    private func checked<Number: SignedInteger & FixedWidthInteger>(_ result: Number) -> Number {
        result >= 0 ? result : -Number(errno)
    }
}

/// The parts of files that a core has mapped, to send them without copying: windows of a fixed size, the longest unused
/// dropped first. A dropped window is unmapped when its last slice is gone.
///
/// The pages are the kernel's to read: touching one that isn't in memory would stall the core.
final class MappedWindows {
    private struct Window {
        let descriptor: Int32
        let file: UInt64
        let index: Int
        let block: Block
        var used: UInt64
    }

    private var windows: [Window] = []
    private var clock: UInt64 = 0

    func view(_ descriptor: Int32, file: UInt64, _ range: Range<Int>) -> [ByteSlice]? {
        var pieces: [ByteSlice] = []
        var position = range.lowerBound
        while position < range.upperBound {
            let index = position / Limits.windowBytes
            guard let block = window(descriptor, file: file, index) else { return nil }
            let start = position - index * Limits.windowBytes
            let end = min(Limits.windowBytes, range.upperBound - index * Limits.windowBytes)
            pieces.append(block.slice(start..<end))
            position = index * Limits.windowBytes + end
        }
        return pieces
    }

    /// Forgets a file that is closed, whose blocks would otherwise stay on the device when it is removed.
    func drop(_ descriptor: Int32) { windows.removeAll { $0.descriptor == descriptor } }

    private func window(_ descriptor: Int32, file: UInt64, _ index: Int) -> Block? {
        clock += 1
        if let found = windows.firstIndex(where: { $0.file == file && $0.index == index }) {
            windows[found].used = clock
            return windows[found].block
        }
        let address = mmap(
            nil, Limits.windowBytes, PROT_READ, MAP_SHARED, descriptor, index * Limits.windowBytes)
        guard let address, address != MAP_FAILED else { return nil }
        let block = Block(adopting: address, capacity: Limits.windowBytes) { base, size in munmap(base, size) }
        if windows.count == Limits.windowsPerCore,
            let oldest = windows.indices.min(by: { windows[$0].used < windows[$1].used })
        {
            windows.remove(at: oldest)
        }
        windows.append(Window(descriptor: descriptor, file: file, index: index, block: block, used: clock))
        return block
    }
}
