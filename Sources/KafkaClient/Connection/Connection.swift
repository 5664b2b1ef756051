import Bytes
public import KafkaProtocol
public import Reactor

/// One connection to a broker: made with the first request, requests pipelined and matched with their answers by
/// correlation id, versions negotiated by ApiVersions. Once it has failed it stays failed: take a new one.
public actor Connection {
    public nonisolated let core: Core
    public nonisolated var unownedExecutor: UnownedSerialExecutor { core.asUnownedSerialExecutor() }
    public nonisolated let server: HostAndPort
    /// The broker's id; negative for one known by its address only.
    public nonisolated let nodeID: Int32

    private enum State {
        case idle, connecting, ready
        case failed(ClientError)
    }

    private struct Waiting {
        let continuation: UnsafeContinuation<Result<ByteSlice, ClientError>, Never>
        let timer: Timer
    }

    private let configuration: ClientConfiguration
    private var state = State.idle
    private var socket: Socket?
    private var served: ServedVersions?
    private var lastCorrelationID: Int32 = 0
    private var waiting: [Int32: Waiting] = [:]
    private var starters = Waiters()
    private var outbox: [ByteSlice] = []
    private var isWriting = false

    public init(to server: HostAndPort, nodeID: Int32 = -1, _ configuration: ClientConfiguration, core: Core) {
        self.server = server
        self.nodeID = nodeID
        self.configuration = configuration
        self.core = core
    }

    public var hasFailed: Bool {
        if case .failed = state { true } else { false }
    }

    /// What the broker serves, once connected.
    package var servedVersions: ServedVersions? { served }

    // MARK: Asking

    /// Sends `request` in the highest version of `versions` that the broker serves, and waits for its answer. The
    /// connection fails when that takes longer than the time given (by default request.timeout.ms): what comes later
    /// couldn't be told from other answers.
    public func request<Request: KafkaRequest>(
        _ request: Request, versions: ClosedRange<Int16> = Request.versions, timeoutMilliseconds: Int64? = nil
    ) async throws(ClientError) -> Request.Response {
        try await connect()
        guard let served else { throw .closed }
        let version = try served.highest(Request.self, within: versions)
        let answer = try await exchange(request, version, timeoutMilliseconds)
        return try decode(answer, version)
    }

    /// Sends a request that nothing answers (Produce with acks 0).
    public func post<Request: KafkaRequest>(
        _ request: Request, versions: ClosedRange<Int16> = Request.versions
    ) async throws(ClientError) {
        try await connect()
        guard let served else { throw .closed }
        let version = try served.highest(Request.self, within: versions)
        write(try encode(request, version, nextCorrelationID()))
    }

    /// Returns once the connection stands and the versions are known.
    public func connect() async throws(ClientError) {
        switch state {
        case .ready: return
        case .failed(let error): throw error
        case .idle:
            state = .connecting
            core.spawn { await self.start() }
        case .connecting: break
        }
        await withUnsafeContinuation { starters.add($0, unless: !isConnecting) }
        if case .failed(let error) = state { throw error }
    }

    private var isConnecting: Bool {
        if case .connecting = state { true } else { false }
    }

    public func close() { fail(.closed) }

    private func nextCorrelationID() -> Int32 {
        lastCorrelationID = lastCorrelationID == .max ? 1 : lastCorrelationID + 1
        return lastCorrelationID
    }

    private func exchange<Request: KafkaRequest>(
        _ request: Request, _ version: Int16, _ timeout: Int64?
    ) async throws(ClientError) -> ByteSlice {
        let id = nextCorrelationID()
        let pieces = try encode(request, version, id)
        let timeout = timeout ?? configuration.requestTimeoutMilliseconds
        let result: Result<ByteSlice, ClientError> = await withUnsafeContinuation { continuation in
            // Who comes after the failure would be told of nothing.
            if case .failed(let error) = state { return continuation.resume(returning: .failure(error)) }
            let timer = core.schedule(at: core.now().adding(milliseconds: timeout)) { [weak self] in
                self?.assumeIsolated { $0.expire(id, Request.name) }
            }
            waiting[id] = Waiting(continuation: continuation, timer: timer)
            write(pieces)
        }
        return try result.get()
    }

    private func encode<Request: KafkaRequest>(
        _ request: Request, _ version: Int16, _ correlationID: Int32
    ) throws(ClientError) -> [ByteSlice] {
        var coder = Coder(encodingInto: Block(capacity: Limits.requestBytes), gather: true)
        do throws(CodingError) {
            try coder.frame(
                request, version: version, correlationID: correlationID, clientID: configuration.clientID)
        } catch { throw .incompatible("\(Request.name) can't be said in version \(version): \(error)") }
        return coder.takePieces()
    }

    private func decode<Response: KafkaResponse>(
        _ answer: ByteSlice, _ version: Int16
    ) throws(ClientError) -> Response {
        var header = ResponseHeader()
        var body = Response()
        var coder = Coder(decoding: answer)
        do throws(CodingError) {
            try coder.message(&header, version: Response.headerVersion(version))
            try coder.message(&body, version: version)
        } catch {
            let failure = ClientError.incompatible("\(Response.name) of version \(version) can't be read: \(error)")
            fail(failure)
            throw failure
        }
        return body
    }

    private func expire(_ id: Int32, _ name: String) {
        guard waiting[id] != nil else { return }
        fail(core.isHalted ? .closed : .timedOut("\(name) wasn't answered by node \(nodeID) (\(server)) in time."))
    }

    // MARK: The socket

    private func start() async {
        let deadline = core.now().adding(milliseconds: configuration.connectionSetupTimeoutMilliseconds)
        let timer = core.schedule(at: deadline) { [weak self] in
            self?.assumeIsolated { $0.fail(.timedOut("Connecting to \($0.server) took too long.")) }
        }
        do {
            let socket = try await open(deadline)
            guard case .connecting = state else { return socket.shutdown() }
            self.socket = socket
            core.spawn { await self.read() }
            try await negotiate()
        } catch {
            timer.cancel()
            return fail(error)
        }
        timer.cancel()
        guard case .connecting = state else { return }
        state = .ready
        starters.wake()
    }

    private func open(_ deadline: Instant) async throws(ClientError) -> Socket {
        let addresses: [SocketAddress]
        do throws(ResolveFailure) {
            addresses = try SocketAddress.resolve(host: server.host, port: server.port)
        } catch {
            configuration.warn("Couldn't resolve server \(server) from bootstrap.servers as DNS resolution failed")
            throw .disconnected("\(error)")
        }
        var last = ClientError.disconnected("\(server) has no address.")
        for address in addresses {
            do { return try await Socket.connect(core, to: address, deadline: deadline) } catch {
                last = .disconnected("\(server) (\(address)): \(error)")
            }
        }
        let place = "\(server.host)/\(addresses.first.map { "\($0)" } ?? "")"
        configuration.warn(
            "Connection to node \(nodeID) (\(place)) could not be established. Node may not be available.")
        throw last
    }

    private func negotiate() async throws(ClientError) {
        var request = ApiVersionsRequest()
        request.clientSoftwareName = "moldau"
        request.clientSoftwareVersion = "4.3.1"
        let newest = ApiVersionsRequest.versions.upperBound
        var answer = try await exchange(request, newest, configuration.connectionSetupTimeoutMilliseconds)
        var version = newest
        // A broker that knows only older versions answers in version 0, whatever was asked (KIP-511).
        if Self.errorCode(answer) == KafkaError.unsupportedVersion.code {
            let range: ApiVersionsResponse = try decode(answer, 0)
            version =
                range.apiKeys.first { $0.apiKey == ApiVersionsRequest.key }.map { min($0.maximumVersion, newest) } ?? 0
            answer = try await exchange(request, max(version, 0), configuration.connectionSetupTimeoutMilliseconds)
        }
        let response: ApiVersionsResponse = try decode(answer, max(version, 0))
        if let error = ClientError(code: response.errorCode) { throw error }
        served = ServedVersions(response)
    }

    /// Of a response whose header has no more than the correlation id.
    private static func errorCode(_ answer: ByteSlice) -> Int16 {
        answer.withUnsafeBytes { raw in raw.count >= 6 ? raw.baseAddress?.bigEndian(4) ?? 0 : 0 }
    }

    private func read() async {
        guard let socket else { return }
        var stream = ResponseStream(socket)
        do throws(ClientError) {
            while let response = try await stream.next() { deliver(response) }
            fail(.disconnected("Node \(nodeID) (\(server)) disconnected."))
        } catch { fail(error) }
    }

    private func deliver(_ response: ByteSlice) {
        let id = response.withUnsafeBytes { raw in raw.baseAddress?.bigEndian(0, as: Int32.self) ?? 0 }
        guard let waiter = waiting.removeValue(forKey: id) else {
            return fail(.incompatible("Node \(nodeID) (\(server)) answered a question that nobody asked."))
        }
        waiter.timer.cancel()
        waiter.continuation.resume(returning: .success(response))
    }

    private func write(_ pieces: [ByteSlice]) {
        outbox += pieces
        guard !isWriting else { return }
        isWriting = true
        core.spawn { await self.drain() }
    }

    private func drain() async {
        guard let socket else { return }
        while !outbox.isEmpty {
            let pieces = outbox
            outbox.removeAll(keepingCapacity: true)
            do { try await socket.send(pieces) } catch { fail(.disconnected("\(server): \(error)")) }
        }
        isWriting = false
    }

    private func fail(_ error: ClientError) {
        if case .failed = state { return }
        state = .failed(error)
        socket?.shutdown()
        socket = nil
        outbox.removeAll()
        let ended = waiting.sorted { $0.key < $1.key }
        waiting.removeAll()
        for (_, waiter) in ended {
            waiter.timer.cancel()
            waiter.continuation.resume(returning: .failure(error))
        }
        starters.wake()
    }
}
