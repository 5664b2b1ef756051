import Bytes
import KafkaProtocol

extension Shard {
    /// Finds who serves a frame. Unknown APIs and versions, and frames that lie, end the connection, as in Kafka.
    func route(_ bytes: ByteSlice, _ connection: ConnectionContext) -> any Reply {
        guard let (key, version) = RequestFrame.peek(bytes) else {
            return Refusal("a frame is too short for a header")
        }
        guard let handler = node.handlers[key] else { return Refusal("API \(key) is not served") }
        let isKnownVersion = handler.served.contains(version)
        guard isKnownVersion || key == ApiVersionsRequest.key else {
            return Refusal("version \(version) of \(name(key)) is not served")
        }
        do {
            let isFlexible = handler.flexibleSince.map { version >= $0 } ?? false
            let frame = try RequestFrame(bytes, isFlexible: isFlexible, connection: connection)
            return try handler.serve(self, frame)
        } catch {
            return Refusal("a \(name(key)) request of version \(version) is malformed: \(error)")
        }
    }

    private func name(_ key: Int16) -> String { APIKey(rawValue: key).map { "\($0)" } ?? "API \(key)" }
}
