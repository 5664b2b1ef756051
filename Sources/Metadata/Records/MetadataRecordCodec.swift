package import Bytes
package import KafkaProtocol

/// Why a record of the metadata log can't be read.
package enum MetadataRecordError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The frame around the record is of a version that we don't know.
    case frame(version: UInt32)
    case unknownType(Int16)
    case unsupportedVersion(type: String, version: Int16, newest: Int16)
    case malformed(String)

    package var description: String {
        switch self {
        case .frame(let version): "A metadata record has frame version \(version); this broker reads 1 only."
        case .unknownType(let type):
            "A metadata record has type \(type), which this broker doesn't know: a newer release wrote it."
        case .unsupportedVersion(let type, let version, let newest):
            "A \(type) has version \(version); this broker reads up to \(newest): a newer release wrote it."
        case .malformed(let reason): "A metadata record is malformed: \(reason)."
        }
    }
}

/// Metadata records as values of log records: frame version (1), type and version as unsigned varints, then the body.
package enum MetadataRecordCodec {
    private static let frameVersion: UInt32 = 1

    /// The value of the log record. In the record's own ``MetadataRecord/version`` unless said otherwise.
    package static func encode(_ record: MetadataRecord, version: Int16? = nil) throws(CodingError) -> ByteSlice {
        let message = record.message
        let version = version ?? record.version
        let body = try message.encoded(version: version)
        var writer = ByteWriter(capacity: body.count + 8)
        writer.unsignedVarint(UInt64(frameVersion))
        writer.unsignedVarint(UInt64(UInt16(bitPattern: type(of: message).key)))
        writer.unsignedVarint(UInt64(UInt16(bitPattern: version)))
        writer.bytes(body)
        return writer.finish()
    }

    /// Reads a log record's value.
    package static func decode(_ value: ByteSlice) throws(MetadataRecordError) -> MetadataRecord {
        let head: (frame: UInt32, type: UInt32, version: UInt32, size: Int)
        do {
            head = try value.withUnsafeBytes {
                (raw) throws(ReadFailure) -> (frame: UInt32, type: UInt32, version: UInt32, size: Int) in
                var reader = ByteReader(raw)
                let frame = try reader.unsignedVarint32()
                let type = try reader.unsignedVarint32()
                let version = try reader.unsignedVarint32()
                return (frame, type, version, reader.position)
            }
        } catch { throw .malformed("its frame ends early") }
        guard head.frame == frameVersion else { throw .frame(version: head.frame) }
        guard let type = Int16(exactly: head.type), let version = Int16(exactly: head.version) else {
            throw .malformed("its type or version is out of range")
        }
        let body = Body(bytes: value, start: head.size, version: version)
        return try body.decode(type: type)
    }

    private struct Body {
        let bytes: ByteSlice
        let start: Int
        let version: Int16

        func decode(type: Int16) throws(MetadataRecordError) -> MetadataRecord {
            switch type {
            case RegisterBrokerRecord.key: .registerBroker(try message())
            case UnregisterBrokerRecord.key: .unregisterBroker(try message())
            case TopicRecord.key: .topic(try message())
            case PartitionRecord.key: .partition(try message())
            case ConfigRecord.key: .config(try message())
            case PartitionChangeRecord.key: .partitionChange(try message())
            case FenceBrokerRecord.key: .fenceBroker(try message())
            case UnfenceBrokerRecord.key: .unfenceBroker(try message())
            case RemoveTopicRecord.key: .removeTopic(try message())
            case DelegationTokenRecord.key: .delegationToken(try message())
            case UserScramCredentialRecord.key: .userScramCredential(try message())
            case FeatureLevelRecord.key: .featureLevel(try message())
            case ClientQuotaRecord.key: .clientQuota(try message())
            case ProducerIDsRecord.key: .producerIDs(try message())
            case BrokerRegistrationChangeRecord.key: .brokerRegistrationChange(try message())
            case AccessControlEntryRecord.key: .accessControlEntry(try message())
            case RemoveAccessControlEntryRecord.key: .removeAccessControlEntry(try message())
            case NoOpRecord.key: .noOp(try message())
            case ZkMigrationStateRecord.key: .zkMigrationState(try message())
            case RemoveUserScramCredentialRecord.key: .removeUserScramCredential(try message())
            case BeginTransactionRecord.key: .beginTransaction(try message())
            case EndTransactionRecord.key: .endTransaction(try message())
            case AbortTransactionRecord.key: .abortTransaction(try message())
            case RemoveDelegationTokenRecord.key: .removeDelegationToken(try message())
            case RegisterControllerRecord.key: .registerController(try message())
            case ClearELRRecord.key: .clearELR(try message())
            default: throw .unknownType(type)
            }
        }

        private func message<Message: KafkaMessage>() throws(MetadataRecordError) -> Message {
            guard version <= Message.versions.upperBound else {
                throw .unsupportedVersion(type: Message.name, version: version, newest: Message.versions.upperBound)
            }
            var position = start
            let message: Message
            do { message = try Message(decoding: bytes, at: &position, version: version) } catch {
                throw .malformed("\(error)")
            }
            guard position == bytes.count else {
                throw .malformed("\(bytes.count - position) bytes follow a \(Message.name)")
            }
            return message
        }
    }
}
