import Bytes
import Reactor

/// Cuts what a socket receives into responses, without their sizes.
struct ResponseStream {
    private let socket: Socket
    private var rest = ByteSlice()

    init(_ socket: Socket) { self.socket = socket }

    /// The next response; nil at the end of the stream.
    mutating func next() async throws(ClientError) -> ByteSlice? {
        while true {
            if let size = try announced() {
                if rest.count - 4 >= size {
                    defer { rest = rest[4 + size..<rest.count] }
                    return rest[4..<4 + size]
                }
                return try await remainder(of: size)
            }
            let more: ByteSlice
            do { more = try await socket.receive() } catch { throw .disconnected("\(error)") }
            guard !more.isEmpty else { return nil }
            if rest.isEmpty {
                rest = more
            } else {
                var joined = ByteWriter(capacity: rest.count + more.count)
                joined.bytes(rest)
                joined.bytes(more)
                rest = joined.finish()
            }
        }
    }

    private func announced() throws(ClientError) -> Int? {
        guard rest.count >= 4 else { return nil }
        let size = rest.withUnsafeBytes { raw in raw.baseAddress.map { Int($0.bigEndian(0, as: Int32.self)) } ?? 0 }
        guard size >= 4, size <= Limits.responseBytes else {
            throw .incompatible("A response of \(size) bytes is announced: no Kafka broker answers there.")
        }
        return size
    }

    /// A response of which only the beginning is there: the rest goes where it stays.
    private mutating func remainder(of size: Int) async throws(ClientError) -> ByteSlice? {
        let block = Block(capacity: size)
        let begun = rest[4..<rest.count]
        begun.withUnsafeBytes { raw in
            if let base = raw.baseAddress { block.base.copyMemory(from: base, byteCount: raw.count) }
        }
        rest = ByteSlice()
        let count: Int
        do { count = try await socket.receive(into: block, begun.count..<size) } catch {
            throw .disconnected("\(error)")
        }
        return count == size - begun.count ? block.slice(0..<size) : nil
    }
}
