import Bytes
import KafkaProtocol

/// The two blobs that classic consumers exchange through their coordinator, each behind an int16 version.
enum MembershipCoding {
    static func subscription(_ subscription: ConsumerProtocolSubscription) -> ByteSlice { encode(subscription) }

    static func assignment(_ partitions: [TopicPartition]) -> ByteSlice {
        var assignment = ConsumerProtocolAssignment()
        assignment.assignedPartitions = partitions.byTopic.map { name, indexes in
            ConsumerProtocolAssignment.TopicPartition {
                $0.topic = name
                $0.partitions = indexes
            }
        }
        return encode(assignment)
    }

    static func subscription(_ bytes: ByteSlice) -> ConsumerProtocolSubscription? { decode(bytes) }

    /// No bytes are no partitions; nil for what can't be read.
    static func assignment(_ bytes: ByteSlice) -> [TopicPartition]? {
        if bytes.isEmpty { return [] }
        guard let assignment: ConsumerProtocolAssignment = decode(bytes) else { return nil }
        return assignment.assignedPartitions.flatMap { topic in
            topic.partitions.map { TopicPartition(topic.topic, $0) }
        }
    }

    private static func encode<Message: KafkaMessage>(_ message: Message) -> ByteSlice {
        let version = Message.versions.upperBound
        var writer = ByteWriter(capacity: 256)
        writer.integer(version)
        var message = message
        var coder = Coder(encodingInto: Block(capacity: 256))
        // Only a name beyond 32 KiB can't be said, and no broker has such a topic.
        guard (try? coder.message(&message, version: version)) != nil else { return ByteSlice() }
        writer.bytes(coder.finish())
        return writer.finish()
    }

    /// A version newer than ours begins as ours does.
    private static func decode<Message: KafkaMessage>(_ bytes: ByteSlice) -> Message? {
        let version = bytes.withUnsafeBytes { raw in
            raw.count >= 2 ? raw.baseAddress?.bigEndian(0, as: Int16.self) : nil
        }
        guard let version, version >= 0 else { return nil }
        var message = Message()
        var coder = Coder(decoding: bytes, from: 2)
        guard (try? coder.message(&message, version: min(version, Message.versions.upperBound))) != nil else {
            return nil
        }
        return message
    }
}
