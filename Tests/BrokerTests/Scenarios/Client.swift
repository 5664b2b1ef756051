import Bytes
import KafkaProtocol
import Reactor

enum ClientFailure: Error, Equatable {
    /// The broker ended the connection.
    case closed
    case correlation(expected: Int32, found: Int32)
}

/// Speaks to a broker in raw frames over one connection.
///
/// `@unchecked Sendable`: used on one core only.
final class Client: @unchecked Sendable {
    let core: Core
    let address: SocketAddress
    private let socket: Socket
    private var lastSent: Int32 = 0
    private var lastReceived: Int32 = 0
    var clientID = "scenario"

    init(_ core: Core, _ address: SocketAddress) async throws {
        self.core = core
        self.address = address
        socket = try await Socket.connect(core, to: address)
    }

    /// Another connection to the same broker.
    func another() async throws -> Client { try await Client(core, address) }

    /// The socket needs the core to close.
    deinit { socket.close() }

    /// Ends what is in flight.
    func shutDown() { socket.shutdown() }

    func close() {
        socket.shutdown()
        socket.close()
    }

    /// Asks in the newest version of the message, unless told otherwise.
    func ask<Request: KafkaRequest>(_ request: Request, version: Int16? = nil) async throws -> Request.Response {
        let version = version ?? Request.versions.upperBound
        try await send(request, version: version)
        return try await receive(Request.Response.self, version: version)
    }

    func send<Request: KafkaRequest>(_ request: Request, version: Int16) async throws {
        lastSent += 1
        try await socket.send([try request.frame(version: version, correlationID: lastSent, clientID: clientID)])
    }

    /// The next answer, which has to be to the oldest unanswered request.
    func receive<Response: KafkaResponse>(_ type: Response.Type, version: Int16) async throws -> Response {
        let bytes = try await receiveFrame()
        var position = 0
        let header = try ResponseHeader(decoding: bytes, at: &position, version: Response.headerVersion(version))
        lastReceived += 1
        guard header.correlationID == lastReceived else {
            throw ClientFailure.correlation(expected: lastReceived, found: header.correlationID)
        }
        return try Response(decoding: bytes, at: &position, version: version)
    }

    /// Sends bytes as they are.
    func send(raw bytes: [UInt8]) async throws { try await socket.send([ByteSlice(bytes)]) }

    func receiveFrame() async throws -> ByteSlice {
        let size = try await receive(4).bigEndian(0, as: Int32.self)
        return try await receive(Int(size))
    }

    /// Whether the broker ends the connection, saying nothing more.
    func isClosedByBroker() async -> Bool {
        do {
            _ = try await receive(1)
            return false
        } catch { return true }
    }

    /// No answer counts for this request: the next one is to a later one.
    func expectNoAnswer() { lastReceived += 1 }

    private func receive(_ count: Int) async throws -> ByteSlice {
        let block = Block(capacity: count)
        guard try await socket.receive(into: block, 0..<count) == count else { throw ClientFailure.closed }
        return block.slice(0..<count)
    }
}
