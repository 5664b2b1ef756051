import KafkaClient
import KafkaProtocol

/// What Kafka's own clients call an error: the class that a log line names.
enum JavaName {
    static func of(_ error: ClientError) -> String {
        switch error {
        case .kafka(let error, _): "org.apache.kafka.common.errors." + of(error)
        case .timedOut: "org.apache.kafka.common.errors.TimeoutException"
        case .disconnected: "org.apache.kafka.common.errors.DisconnectException"
        case .incompatible: "org.apache.kafka.common.errors.UnsupportedVersionException"
        case .configuration: "org.apache.kafka.common.config.ConfigException"
        case .closed: "java.lang.IllegalStateException"
        }
    }

    /// The code's name in camel case with `Exception` behind it, but where Kafka has it otherwise.
    static func of(_ error: KafkaError) -> String {
        switch error {
        case .topicAlreadyExists: "TopicExistsException"
        case .invalidConfig: "InvalidConfigurationException"
        case .requestTimedOut: "TimeoutException"
        case .messageTooLarge: "RecordTooLargeException"
        case .invalidTopicException: "InvalidTopicException"
        case .kafkaStorageError: "KafkaStorageException"
        case .securityDisabled: "SecurityDisabledException"
        case .unknownMemberID: "UnknownMemberIdException"
        case .groupIDNotFound: "GroupIdNotFoundException"
        case .nonEmptyGroup: "GroupNotEmptyException"
        case .recordListTooLarge: "RecordBatchTooLargeException"
        case .transactionCoordinatorFenced: "TransactionCoordinatorFencedException"
        default:
            error.name.split(separator: "_").map { $0.prefix(1) + $0.dropFirst().lowercased() }.joined() + "Exception"
        }
    }
}
