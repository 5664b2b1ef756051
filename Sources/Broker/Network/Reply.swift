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

/// A reply with a response, found at once or waited for; begun in its turn, when the replies before it are answered.
final class ResponseReply<Response: KafkaResponse>: Reply {
    private let frame: RequestFrame
    private let version: Int16
    private var atOnce: (() -> Response?)?
    private let later: () async -> Response?
    private var response: Response?

    /// - Parameters:
    ///   - version: of the response, where it isn't the request's.
    ///   - atOnce: the response, if there is nothing to wait for. Called once.
    ///   - later: the response, when there was.
    init(
        _ frame: RequestFrame, version: Int16? = nil, atOnce: (() -> Response?)? = nil,
        later: @escaping () async -> Response? = { nil }
    ) {
        self.frame = frame
        self.version = version ?? frame.version
        self.atOnce = atOnce
        self.later = later
    }

    func write(to frames: FrameBuffer) -> Answer? {
        if let atOnce {
            self.atOnce = nil
            response = atOnce()
        }
        guard let response else { return nil }
        return frames.write(response, version: version, for: frame.header)
    }

    func settle() async { response = await later() }
}
