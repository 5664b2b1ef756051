public import KafkaProtocol

/// Why a client's call failed.
public enum ClientError: Error, Sendable, Equatable {
    /// A broker said so: its error, and its sentence or the protocol's own.
    case kafka(KafkaError, String)
    /// The time given was over.
    case timedOut(String)
    /// The connection couldn't be made, or ended before the answer.
    case disconnected(String)
    /// The peer's answer can't be read, or it doesn't serve what was asked in any version that we speak.
    case incompatible(String)
    /// A setting that makes no sense, or one that isn't supported here.
    case configuration(String)
    /// The client was closed.
    case closed

    /// The error of `code`, with what the broker wrote beside it; nil for no error.
    public init?(code: Int16, _ message: String? = nil) {
        guard code != 0 else { return nil }
        let error = KafkaError(code: code)
        self = .kafka(error, message.flatMap { $0.isEmpty ? nil : $0 } ?? error.sentence)
    }

    public init(_ error: KafkaError) { self = .kafka(error, error.sentence) }

    /// Whether the same call may succeed later.
    public var isRetriable: Bool {
        switch self {
        case .kafka(let error, _): error.isRetriable
        case .timedOut, .disconnected: true
        case .incompatible, .configuration, .closed: false
        }
    }

    /// The broker's error, where it was one.
    public var kafkaError: KafkaError? {
        if case .kafka(let error, _) = self { error } else { nil }
    }

    /// The sentence for people.
    public var message: String {
        switch self {
        case .kafka(_, let text), .timedOut(let text), .disconnected(let text), .incompatible(let text),
            .configuration(let text):
            text
        case .closed: "The client has been closed."
        }
    }
}

extension ClientError: CustomStringConvertible {
    public var description: String {
        if case .kafka(let error, let text) = self { "\(error.name): \(text)" } else { message }
    }
}
