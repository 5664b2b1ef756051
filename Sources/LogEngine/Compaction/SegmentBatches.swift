import Bytes
import Reactor
import Records

/// Reads a sealed segment front to back, whole batches at a time, through the ring.
struct SegmentBatches {
    let file: File
    private let end: Int
    private let chunkBytes: Int
    /// Behind the last chunk.
    private(set) var position: Int

    /// - Parameters:
    ///   - end: behind the last batch.
    ///   - chunkBytes: read at once, more only for a batch that is larger.
    init(_ file: File, from position: Int, to end: Int, chunkBytes: Int) {
        self.file = file
        self.position = position
        self.end = end
        self.chunkBytes = max(chunkBytes, RecordBatchHeader.size)
    }

    /// The next batches, one at least, and where they lie; `nil` at the end.
    mutating func next() async throws(LogError) -> (bytes: ByteSlice, batches: [BatchPlace])? {
        guard position < end else { return nil }
        var wanted = min(chunkBytes, end - position)
        while true {
            let bytes = try await read(wanted)
            var batches: [BatchPlace] = []
            var used = 0
            while let place = try place(in: bytes, at: used) {
                guard place.size <= end - place.position else {
                    throw corrupt(at: place.position, "the batch ends behind the segment")
                }
                guard place.size <= bytes.count - used else {
                    if batches.isEmpty { wanted = place.size }
                    break
                }
                batches.append(place)
                used += place.size
            }
            if !batches.isEmpty {
                position += used
                return (bytes[0..<used], batches)
            }
        }
    }

    /// What begins at `used`, as far as its header is there; damage when the segment ends within the header.
    private func place(in bytes: ByteSlice, at used: Int) throws(LogError) -> BatchPlace? {
        let left = bytes.count - used
        guard left > 0 else { return nil }
        let at = position + used
        if left < RecordBatchHeader.size, at + left < end, used > 0 { return nil }
        do throws(DamageReason) {
            return try bytes.withUnsafeBytes { raw throws(DamageReason) in
                // `left` bytes lie there.
                try BatchPlace.read(raw.baseAddress.unsafelyUnwrapped + used, count: left, position: at)
            }
        } catch { throw corrupt(at: at, error.text) }
    }

    private func read(_ count: Int) async throws(LogError) -> ByteSlice {
        let bytes: ByteSlice
        do throws(Errno) { bytes = try await file.readAsync(count, at: position) } catch {
            throw .storage(error, path: file.path)
        }
        guard bytes.count == count else { throw corrupt(at: position + bytes.count, "the file is shorter than it was") }
        return bytes
    }

    func corrupt(at position: Int, _ reason: String) -> LogError {
        .corrupt(path: file.path, position: position, reason: reason)
    }
}
