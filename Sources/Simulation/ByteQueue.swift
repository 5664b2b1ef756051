/// Bytes first in, first out.
struct ByteQueue {
    private var bytes: [UInt8] = []
    private var head = 0

    var count: Int { bytes.count - head }
    var isEmpty: Bool { count == 0 }

    mutating func append(_ more: UnsafeRawBufferPointer) { bytes.append(contentsOf: more) }

    mutating func append(_ more: [UInt8]) { bytes.append(contentsOf: more) }

    /// Moves `count` bytes, which there are, to `target`.
    mutating func take(_ count: Int, into target: UnsafeMutableRawPointer) {
        precondition(count <= self.count)
        bytes.withUnsafeBytes { source in
            if let base = source.baseAddress { target.copyMemory(from: base + head, byteCount: count) }
        }
        drop(count)
    }

    mutating func take(_ count: Int) -> [UInt8] {
        let taken = Array(bytes[head..<head + count])
        drop(count)
        return taken
    }

    mutating func removeAll() {
        bytes = []
        head = 0
    }

    private mutating func drop(_ count: Int) {
        head += count
        if head == bytes.count {
            bytes.removeAll(keepingCapacity: true)
            head = 0
        } else if head > 65536, head > bytes.count / 2 {
            bytes.removeFirst(head)
            head = 0
        }
    }
}
