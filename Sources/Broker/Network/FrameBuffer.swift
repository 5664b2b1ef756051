import Bytes
import KafkaProtocol

/// Answers gathered for one send. All connections of a core share one: nothing is left in it between two of them.
final class FrameBuffer {
    // Unchecked: a response that is being written calls nothing of ours.
    @exclusivity(unchecked) private var coder: Coder

    init() { coder = Coder(encodingInto: Block(capacity: Limits.frameBufferBytes), gather: true) }

    var count: Int { coder.encodedBytes }

    /// Writes a response's frame; records stay where they lie.
    func write<Response: KafkaResponse>(
        _ response: Response, version: Int16, correlationID: Int32
    ) -> Answer {
        do {
            try coder.frame(response, version: version, correlationID: correlationID)
            return .written
        } catch {
            return .close("the answer to API \(Response.key) version \(version) can't be written: \(error)")
        }
    }

    /// All that was written, in order. The buffer is empty afterwards.
    func take() -> [ByteSlice] { count == 0 ? [] : coder.takePieces() }

    /// What was taken is sent, or will be: the next frames begin at the front, in another block if that one is still
    /// being read.
    func restart() { coder.restart(capacity: Limits.frameBufferBytes, limit: Limits.frameBufferKeptBytes) }
}
