import KafkaProtocol
import LogEngine
import Reactor

/// What the engine says, as clients are told. The only place where the two meet.
extension KafkaError {
    init(_ error: LogError) {
        switch error {
        case .offsetOutOfRange: self = .offsetOutOfRange
        case .batchTooLarge: self = .recordListTooLarge
        case .outOfOrderSequence: self = .outOfOrderSequenceNumber
        case .invalidProducerEpoch: self = .invalidProducerEpoch
        case .invalidTransactionState: self = .invalidTxnState
        case .transactionCoordinatorFenced: self = .transactionCoordinatorFenced
        case .unexpectedOffset: self = .unknownServerError
        case .inconsistentTopicID: self = .inconsistentTopicID
        case .corrupt, .storage, .directory: self = .kafkaStorageError
        case .truncating, .closed: self = .notLeaderOrFollower
        }
    }

    /// The same for those who read: of damaged records they hear what they would find themselves, and clients raise it
    /// instead of asking again for ever.
    init(reading error: LogError) {
        if case .corrupt = error { self = .corruptMessage } else { self.init(error) }
    }
}
