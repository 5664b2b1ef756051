import Bytes
import KafkaProtocol
import Records

/// Control records as they are printed behind their metadata.
enum ControlText {
    static func of(_ record: Record) throws(DumpFailure) -> String {
        let number = try type(record)
        guard let kind = ControlRecord(rawValue: number) else { return " controlType: UNKNOWN(\(number))" }
        do throws(CodingError) {
            switch kind {
            case .abort, .commit:
                guard let marker = EndTransactionMarker(record) else {
                    throw CodingError(position: 0, field: "EndTxnMarker", reason: .truncated)
                }
                return " endTxnMarker: \(marker.isCommit ? "COMMIT" : "ABORT") "
                    + "coordinatorEpoch: \(marker.coordinatorEpoch)"
            case .leaderChange: return " LeaderChange: \(try text(record, LeaderChangeMessage.self))"
            case .snapshotHeader: return " SnapshotHeader \(try text(record, SnapshotHeaderRecord.self))"
            case .snapshotFooter: return " SnapshotFooter \(try text(record, SnapshotFooterRecord.self))"
            case .kraftVersion: return " KRaftVersion \(try text(record, KRaftVersionRecord.self))"
            case .kraftVoters: return " KRaftVoters \(try text(record, VotersRecord.self))"
            }
        } catch { throw DumpFailure("The control record at offset \(record.offset) can't be read: \(error)") }
    }

    /// The key: int16 version, int16 type.
    private static func type(_ record: Record) throws(DumpFailure) -> Int16 {
        guard let key = record.key, key.count >= 4 else {
            throw DumpFailure(
                "Invalid value size found for end control record key. Must have at least 4 bytes, but found only "
                    + "\(record.key?.count ?? 0)")
        }
        let version: Int16 = key.bigEndian(0)
        guard version >= 0 else {
            throw DumpFailure(
                "Invalid version found for control record: \(version). May indicate data corruption")
        }
        return key.bigEndian(2)
    }

    /// The value begins with its own version, as a field.
    private static func text<Message: KafkaMessage>(
        _ record: Record, _ type: Message.Type
    ) throws(CodingError) -> String {
        let value = record.value ?? ByteSlice()
        let json = MessageJSON(MessageDescriptor(Message.self))
        let version: Int16 = value.count >= 2 ? value.bigEndian(0) : 0
        guard Message.versions.contains(version) else {
            return JacksonText.of(try json.read(value, version: Message.versions.lowerBound))
        }
        return JacksonText.of(try json.read(value, version: version))
    }
}
