import Bytes
import Reactor

/// The entries of an offset index (8 bytes each) or a time index (12), read through a window.
final class IndexReader {
    struct Entry {
        var timestamp: Int64 = -1
        var offset: Int64
        var position: Int32 = 0
    }

    private static let windowBytes = 48 << 10

    let count: Int
    private let file: File
    private let base: Int64
    private let entrySize: Int
    private let size: Int
    private var window = ByteSlice()
    private var windowStart = 0

    init(_ file: File, _ base: Int64, entrySize: Int) throws(DumpFailure) {
        self.file = file
        self.base = base
        self.entrySize = entrySize
        do { size = try file.size() } catch { throw DumpFailure("\(file.path): \(error)") }
        count = size / entrySize
    }

    private var isTimeIndex: Bool { entrySize == 12 }

    func entry(_ number: Int) throws(DumpFailure) -> Entry {
        let bytes = try bytes(number * entrySize)
        if isTimeIndex {
            return Entry(timestamp: bytes.bigEndian(0), offset: base &+ Int64(bytes.bigEndian(8, as: Int32.self)))
        }
        return Entry(offset: base &+ Int64(bytes.bigEndian(0, as: Int32.self)), position: bytes.bigEndian(4))
    }

    /// What a broker checks at start before it believes an index.
    func checkSanity() throws(DumpFailure) {
        let path = DumpPath.absolute(file.path)
        if count > 0 {
            let first = try entry(0)
            let last = try entry(count - 1)
            if isTimeIndex, last.timestamp < first.timestamp {
                throw DumpFailure(
                    "Corrupt time index found, time index file (\(path)) has non-zero size but the last timestamp is "
                        + "\(last.timestamp) which is less than the first timestamp \(first.timestamp)")
            }
            if last.offset < base {
                throw DumpFailure(
                    isTimeIndex
                        ? "Corrupt time index found, time index file (\(path)) has non-zero size but the last offset "
                            + "is \(last.offset) which is less than the first offset \(base)"
                        : "Corrupt index found, index file \(path) has non-zero size but the last offset is "
                            + "\(last.offset) which is less than the base offset \(base)")
            }
        }
        guard size % entrySize == 0 else {
            throw DumpFailure(
                "\(isTimeIndex ? "Time index" : "Index") file \(path) is corrupt, found \(size) bytes which is "
                    + "neither positive nor a multiple of \(entrySize)")
        }
    }

    /// The position that the last entry with an offset up to `offset` names; 0 when there is none.
    func position(notBeyond offset: Int64) throws(DumpFailure) -> Int {
        guard count > 0, try entry(0).offset <= offset else { return 0 }
        var low = 0
        var high = count - 1
        while low < high {
            let middle = high - (high - low) / 2
            if try entry(middle).offset <= offset { low = middle } else { high = middle - 1 }
        }
        return Int(try entry(low).position)
    }

    private func bytes(_ position: Int) throws(DumpFailure) -> ByteSlice {
        if position < windowStart || position - windowStart > window.count - entrySize {
            let start = position / Self.windowBytes * Self.windowBytes
            let block = Block(capacity: Self.windowBytes)
            let buffer = UnsafeMutableRawBufferPointer(rebasing: block.mutableBytes[..<Self.windowBytes])
            do { window = block.slice(0..<(try file.read(into: buffer, at: start))) } catch {
                throw DumpFailure("\(file.path): \(error)")
            }
            windowStart = start
        }
        guard window.count - (position - windowStart) >= entrySize else {
            throw DumpFailure("\(file.path): the file has become shorter")
        }
        return window[position - windowStart..<position - windowStart + entrySize]
    }
}
