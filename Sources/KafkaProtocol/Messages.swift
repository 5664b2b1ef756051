/// Every message this module knows. Each group keeps its own list, beside its messages.
public enum Messages {
    public static let all: [MessageDescriptor] = types.map { describe($0) }

    private static var types: [any KafkaMessage.Type] {
        let lists: [[any KafkaMessage.Type]] = [
            [RequestHeader.self, ResponseHeader.self],
            data, groups, topics, transactions, security, cluster, shares, streams,
            metadataRecords, coordinatorRecords, blobs,
        ]
        return lists.flatMap { $0 }
    }

    private static func describe<Message: KafkaMessage>(_ type: Message.Type) -> MessageDescriptor {
        MessageDescriptor(type)
    }
}
