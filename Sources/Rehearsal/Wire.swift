import Bytes
import KafkaProtocol
import Reactor

enum WireFailure: Error, Equatable {
    /// The broker ended the connection.
    case closed
    case correlation(expected: Int32, found: Int32)
    case refused(KafkaError)
}

/// One connection to the broker, in raw frames. Whoever waits too long for an answer finds it closed.
///
/// `@unchecked Sendable`: used on one core only.
final class Wire: @unchecked Sendable {
    private static let patienceMilliseconds: Int64 = 5000

    private let core: Core
    private let socket: Socket
    private var lastSent: Int32 = 0
    private var lastReceived: Int32 = 0

    init(_ core: Core, _ address: SocketAddress) async throws {
        self.core = core
        socket = try await Socket.connect(
            core, to: address, deadline: core.now().adding(milliseconds: Self.patienceMilliseconds))
    }

    func close() { socket.shutdown() }

    func ask<Request: KafkaRequest>(_ request: Request, version: Int16) async throws -> Request.Response {
        try await send(request, version: version)
        return try await receive(Request.Response.self, version: version)
    }

    func send<Request: KafkaRequest>(_ request: Request, version: Int16) async throws {
        lastSent += 1
        let frame = try request.frame(version: version, correlationID: lastSent, clientID: "rehearsal")
        let watch = core.schedule(at: core.now().adding(milliseconds: Self.patienceMilliseconds)) { [socket] in
            socket.shutdown()
        }
        defer { watch.cancel() }
        try await socket.send([frame])
    }

    /// The next answer, which has to be to the oldest request that has none yet.
    func receive<Response: KafkaResponse>(_ type: Response.Type, version: Int16) async throws -> Response {
        let watch = core.schedule(at: core.now().adding(milliseconds: Self.patienceMilliseconds)) { [socket] in
            socket.shutdown()
        }
        defer { watch.cancel() }
        let size = try await receive(4).bigEndian(0, as: Int32.self)
        guard size >= 4, size < 64 << 20 else { throw WireFailure.closed }
        let bytes = try await receive(Int(size))
        var position = 0
        let header = try ResponseHeader(decoding: bytes, at: &position, version: Response.headerVersion(version))
        lastReceived += 1
        guard header.correlationID == lastReceived else {
            throw WireFailure.correlation(expected: lastReceived, found: header.correlationID)
        }
        return try Response(decoding: bytes, at: &position, version: version)
    }

    private func receive(_ count: Int) async throws -> ByteSlice {
        let block = Block(capacity: count)
        guard try await socket.receive(into: block, 0..<count) == count else { throw WireFailure.closed }
        return block.slice(0..<count)
    }
}
