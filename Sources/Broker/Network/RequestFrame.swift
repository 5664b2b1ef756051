import Bytes
import KafkaProtocol

/// A request as it came: its header, read, and its body, still to be decoded.
struct RequestFrame {
    let header: RequestHeader
    let connection: ConnectionContext
    private var bytes: ByteSlice
    private let bodyPosition: Int

    /// Key and version of a frame; nil when it is too short for a header.
    static func peek(_ bytes: ByteSlice) -> (key: Int16, version: Int16)? {
        guard bytes.count >= 8 else { return nil }
        return bytes.withUnsafeBytes { raw in
            guard let base = raw.baseAddress else { return nil }
            return (base.bigEndian(0), base.bigEndian(2))
        }
    }

    /// Reads the header: with tags where the message in this version is flexible.
    init(_ bytes: ByteSlice, isFlexible: Bool, connection: ConnectionContext) throws(CodingError) {
        var position = 0
        header = try RequestHeader(decoding: bytes, at: &position, version: isFlexible ? 2 : 1)
        self.connection = connection
        self.bytes = bytes
        bodyPosition = position
    }

    /// The frame without its bytes: who waits for long keeps no receive buffer from the others.
    func withoutBody() -> RequestFrame {
        var frame = self
        frame.bytes = ByteSlice()
        return frame
    }

    var version: Int16 { header.version }
    var clientID: String { header.clientID ?? "" }

    func body<Request: KafkaRequest>(_ type: Request.Type) throws(CodingError) -> Request {
        var position = bodyPosition
        return try Request(decoding: bytes, at: &position, version: version)
    }
}
