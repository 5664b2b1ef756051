public import Reactor

/// What the engine says when it can't do what was asked. It knows no wire codes: the broker maps each case.
public enum LogError: Error, Equatable, Sendable {
    /// The offset is not within what the log holds (`start` inclusive, `end` exclusive).
    case offsetOutOfRange(offset: Int64, start: Int64, end: Int64)
    /// A batch larger than `segment.bytes`.
    case batchTooLarge(bytes: Int, limit: Int)
    /// The producer's sequence is neither the next nor that of a batch still remembered.
    case outOfOrderSequence(producerID: Int64, expected: Int32, found: Int32)
    /// The producer was fenced by a newer epoch.
    case invalidProducerEpoch(producerID: Int64, stored: Int16, found: Int16)
    /// A plain write from a producer whose transaction is open here.
    case invalidTransactionState(producerID: Int64)
    /// A marker from a coordinator that was replaced.
    case transactionCoordinatorFenced(producerID: Int64, stored: Int32, found: Int32)
    /// A batch of the leader that lies before the log's end.
    case unexpectedOffset(expectedAtLeast: Int64, found: Int64)
    /// The topic's id in `partition.metadata` is another.
    case inconsistentTopicID(path: String, stored: String, wanted: String)
    /// What the file holds from `position` on can't have been written by a broker.
    case corrupt(path: String, position: Int, reason: String)
    /// The kernel refused.
    case storage(Errno, path: String)
    /// The data directory as a whole can't be used: the sentence says why and what to do.
    case directory(path: String, reason: String)
    /// The log is being truncated: nothing can be appended until that is done.
    case truncating(path: String)
    /// The log was closed or its directory went offline.
    case closed(path: String)
}

extension LogError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .offsetOutOfRange(let offset, let start, let end):
            "offset \(offset) is outside the log, which holds \(start) up to and excluding \(end)"
        case .batchTooLarge(let bytes, let limit):
            "a batch of \(bytes) bytes does not fit a segment of \(limit) bytes (segment.bytes)"
        case .outOfOrderSequence(let producerID, let expected, let found):
            "producer \(producerID) sent sequence \(found) where \(expected) was due"
        case .invalidProducerEpoch(let producerID, let stored, let found):
            "producer \(producerID) with epoch \(found) is fenced by epoch \(stored)"
        case .invalidTransactionState(let producerID):
            "producer \(producerID) wrote outside its open transaction"
        case .transactionCoordinatorFenced(let producerID, let stored, let found):
            "a marker for producer \(producerID) of coordinator epoch \(found), but epoch \(stored) has written already"
        case .unexpectedOffset(let expected, let found):
            "a batch with offset \(found) came where \(expected) or more was due"
        case .inconsistentTopicID(let path, let stored, let wanted):
            "\(path) belongs to topic id \(stored), not \(wanted)"
        case .corrupt(let path, let position, let reason):
            "\(path) is damaged at position \(position): \(reason)"
        case .storage(let errno, let path):
            "\(path): \(errno)"
        case .directory(let path, let reason):
            "data directory \(path): \(reason)"
        case .truncating(let path):
            "\(path) is being truncated"
        case .closed(let path):
            "\(path) is closed"
        }
    }
}
