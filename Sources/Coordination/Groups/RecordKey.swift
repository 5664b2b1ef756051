import Bytes
import KafkaProtocol

/// The key of a record in `__consumer_offsets`.
enum RecordKey {
    /// A record of a group that isn't classic.
    struct Foreign {
        let kind: ForeignGroup.Kind
        let groupID: String
        let isMember: Bool
        let bytes: ByteSlice
    }

    case offset(OffsetKey)
    case group(String)
    case foreign(Foreign)
    /// A type from a version later than ours: stepped over.
    case unknown(type: Int16)

    init(_ bytes: ByteSlice) throws(CodingError) {
        guard bytes.count >= 2 else { throw CodingError(position: 0, field: "type", reason: .truncated) }
        let type = Int16(bytes[0]) << 8 | Int16(bytes[1])
        var position = 2
        switch type {
        case 0, 1:
            let key = try OffsetCommitKey(decoding: bytes, at: &position, version: 0)
            self = .offset(OffsetKey(groupID: key.group, topic: key.topic, partition: key.partition))
        case 2:
            self = .group(try GroupMetadataKey(decoding: bytes, at: &position, version: 0).group)
        default:
            guard let (kind, isMember) = Self.foreign(type) else {
                self = .unknown(type: type)
                return
            }
            // All of them begin with the group's id.
            let groupID = try GroupMetadataKey(decoding: bytes, at: &position, version: 0).group
            self = .foreign(Foreign(kind: kind, groupID: groupID, isMember: isMember, bytes: bytes))
        }
    }

    private static func foreign(_ type: Int16) -> (ForeignGroup.Kind, isMember: Bool)? {
        switch type {
        case 3...8, 16: (.consumer, type == 5)
        case 9...15: (.share, type == 10)
        case 17...23: (.streams, type == 19)
        default: nil
        }
    }
}
