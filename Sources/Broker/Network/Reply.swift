import KafkaProtocol

/// What a request's handler leaves behind once the order of its effects is settled: the next request may start.
protocol Reply: AnyObject {
    /// Writes the answer behind those before it. Asked when they have been written, so its effects come after theirs;
    /// nil while something has to be waited for.
    func write(to frames: FrameBuffer) -> Answer?

    /// Returns when nothing has to be waited for any more. Called once, when `write` has returned nil.
    func settle() async

    /// No request is read after the one that this answers.
    var endsConnection: Bool { get }
}

extension Reply {
    func settle() async {}
    var endsConnection: Bool { false }
}

/// What goes back to a client.
enum Answer {
    /// A frame has been written.
    case written
    /// No answer is due (acks=0).
    case nothing
    /// The connection can't go on, for this reason.
    case close(String)
}

/// The connection ends here, for a reason.
final class Refusal: Reply {
    private let reason: String

    init(_ reason: String) { self.reason = reason }

    func write(to frames: FrameBuffer) -> Answer? { .close(reason) }

    var endsConnection: Bool { true }
}

/// A reply made of two closures; its work begins in its turn, when the replies before it are answered.
final class ResponseReply: Reply {
    private let attempt: (FrameBuffer) -> Answer?
    private let wait: () async -> Void

    /// - Parameters:
    ///   - attempt: writes the answer if it is there.
    ///   - wait: returns when it is. Called once, when `attempt` has returned nil.
    init(attempt: @escaping (FrameBuffer) -> Answer?, wait: @escaping () async -> Void = {}) {
        self.attempt = attempt
        self.wait = wait
    }

    /// - Parameter version: of the response, where it isn't the request's.
    convenience init<Response: KafkaResponse>(
        _ frame: RequestFrame, version: Int16? = nil, atOnce: @escaping () -> Response
    ) {
        let version = version ?? frame.version
        self.init(attempt: { $0.write(atOnce(), version: version, correlationID: frame.header.correlationID) })
    }

    /// - Parameters:
    ///   - atOnce: the response, if there is nothing to wait for. Called once.
    ///   - later: the response, when there was.
    convenience init<Response: KafkaResponse>(
        _ frame: RequestFrame, atOnce: @escaping () -> Response? = { nil }, later: @escaping () async -> Response
    ) {
        var response: Response?
        var wasTried = false
        self.init(
            attempt: { frames in
                if !wasTried {
                    wasTried = true
                    response = atOnce()
                }
                guard let response else { return nil }
                return frames.write(response, version: frame.version, correlationID: frame.header.correlationID)
            },
            wait: { response = await later() })
    }

    func write(to frames: FrameBuffer) -> Answer? { attempt(frames) }

    func settle() async { await wait() }
}
