import Bytes
import Reactor

/// Why a connection's bytes are no frame.
enum FrameError: Error, Equatable {
    case badSize(Int32)
    case tooLarge(Int32, limit: Int)
    /// The stream ended inside a frame.
    case truncated
    case socket(Errno)
}

/// Cuts a connection's stream into frames: an int32 size, then so many bytes.
///
/// Frames that arrive whole in a receive buffer are handed on where they lie. Only the head of a frame that is cut off
/// is copied; its rest is received straight into a block of its own. That block grows with what has really come, so a
/// size alone makes nobody reserve memory.
struct FrameReader {
    private let socket: Socket
    private let pool: BufferPool
    private let limit: Int
    private let budget: Budget
    /// Bytes of the budget that the last large frame has.
    private var reserved = 0
    /// Bytes of the next frame's size that have come so far (fewer than four).
    private var sizeHead: [UInt8] = []
    /// The frame whose end has not come yet.
    private var cutOff: (size: Int, head: ByteSlice)?

    /// - Parameter budget: bytes of large frames that may be under way on the core; the next one waits for its turn.
    init(_ socket: Socket, pool: BufferPool, limit: Int, budget: Budget = Budget(bytes: .max)) {
        self.socket = socket
        self.pool = pool
        self.limit = limit
        self.budget = budget
    }

    /// Gives back what large frames had of the budget: they are dealt with, or won't come.
    mutating func release() {
        if reserved > 0 { budget.give(reserved) }
        reserved = 0
    }

    /// Hands each whole frame of `chunk` to `body`, until that returns false. What is left of a frame that is cut off
    /// has to be received before the next chunk.
    mutating func cut(_ chunk: ByteSlice, _ body: (ByteSlice) -> Bool) throws(FrameError) {
        var position = 0
        while position < chunk.count {
            let size: Int
            if sizeHead.isEmpty, chunk.count - position >= 4 {
                size = try checked(chunk.bigEndian(position))
                position += 4
            } else {
                while sizeHead.count < 4, position < chunk.count {
                    sizeHead.append(chunk[position])
                    position += 1
                }
                guard sizeHead.count == 4 else { return }
                size = try checked(ByteSlice(sizeHead).bigEndian(0))
                sizeHead.removeAll(keepingCapacity: true)
            }
            guard chunk.count - position >= size else {
                cutOff = (size, chunk[position..<chunk.count])
                return
            }
            position += size
            if !body(chunk[position - size..<position]) { return }
        }
    }

    var isCutOff: Bool { cutOff != nil }

    /// The frame that is cut off, once its rest has come.
    mutating func restOfFrame() async throws(FrameError) -> ByteSlice? {
        guard let (size, head) = cutOff else { return nil }
        cutOff = nil
        return try await receive(size, head: head)
    }

    /// The stream has ended.
    func end() throws(FrameError) {
        guard sizeHead.isEmpty, cutOff == nil else { throw .truncated }
    }

    private func checked(_ size: Int32) throws(FrameError) -> Int {
        guard size > 0 else { throw .badSize(size) }
        guard size <= limit else { throw .tooLarge(size, limit: limit) }
        return Int(size)
    }

    private mutating func receive(_ size: Int, head: ByteSlice) async throws(FrameError) -> ByteSlice {
        var block = pool.take(min(size, max(Limits.frameBelievedBytes, head.count)))
        copy(head, to: block)
        var filled = head.count
        while filled < size {
            let room = min(size, block.capacity)
            if filled == room {
                // Whoever only announces much keeps nobody waiting.
                if reserved == 0 { reserved = await budget.take(size) }
                let larger = pool.take(min(size, block.capacity * 2))
                larger.base.copyMemory(from: block.base, byteCount: filled)
                block = larger
                continue
            }
            let count: Int
            do { count = try await socket.receive(into: block, filled..<room) } catch { throw .socket(error) }
            guard count == room - filled else { throw .truncated }
            filled = room
        }
        return block.slice(0..<size)
    }

    private func copy(_ head: ByteSlice, to block: Block) {
        head.withUnsafeBytes { bytes in block.mutableBytes.copyMemory(from: bytes) }
    }
}
