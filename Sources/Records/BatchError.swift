/// Why a batch isn't appended, in terms of the protocol.
public struct BatchError: Error, Equatable, Sendable {
    /// Kafka's error codes that a check ends in.
    public enum Code: Int16, Sendable {
        case corruptMessage = 2
        case messageTooLarge = 10
        case invalidTimestamp = 32
        case unsupportedCompressionType = 76
        case invalidRecord = 87
    }

    /// A record that is to blame: its place in the batch, and what is wrong with it.
    public struct Rejected: Equatable, Sendable {
        public let index: Int32
        public let message: String
    }

    public let code: Code
    /// For the client's eyes.
    public let message: String
    /// The records to blame if it isn't the batch, at most ``RecordLimits/recordErrors``.
    public let recordErrors: [Rejected]

    init(_ code: Code, _ message: String, recordErrors: [Rejected] = []) {
        self.code = code
        self.message = message
        self.recordErrors = recordErrors
    }

    init(_ failure: FramingFailure) { self.init(.corruptMessage, failure.description) }

    init(_ failure: RecordFailure) {
        let code: Code = failure == .unknownCodec ? .unsupportedCompressionType : .invalidRecord
        self.init(code, failure.description)
    }

    static func tooLarge(_ size: Int, limit: Int) -> BatchError {
        BatchError(.messageTooLarge, "The batch has \(size) bytes; the topic allows \(limit).")
    }
}
