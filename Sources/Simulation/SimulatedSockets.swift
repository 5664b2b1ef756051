import CUring
import Glibc
import Reactor

/// A socket that isn't a listener, connected or not yet.
final class SimulatedSocket {
    var endpoint: Endpoint?
    var isShutDown = false

    init(_ endpoint: Endpoint? = nil) { self.endpoint = endpoint }
}

final class SimulatedListener {
    unowned let process: SimulatedProcess
    let node: Int
    let address: SocketAddress
    let sharesPort: Bool
    private let limit: Int
    var backlog: [Endpoint] = []
    var acceptors: [Operation] = []
    var isShutDown = false

    init(_ process: SimulatedProcess, address: SocketAddress, limit: Int, sharesPort: Bool) {
        self.process = process
        node = process.node.index
        self.address = address
        self.limit = limit
        self.sharesPort = sharesPort
    }

    var isFull: Bool { backlog.count >= limit }

    func serve() {
        acceptors.removeAll(where: \.isSettled)
        while !acceptors.isEmpty, !backlog.isEmpty {
            let endpoint = backlog.removeFirst()
            let descriptor = process.add(.socket(SimulatedSocket(endpoint)))
            acceptors.removeFirst().settleSoon(descriptor)
        }
    }
}

/// A process's sockets: the calls and the ring's operations on them.
final class SimulatedSockets: Network {
    private unowned let process: SimulatedProcess
    private var network: SimulatedNetwork { process.node.world.network }

    init(_ process: SimulatedProcess) { self.process = process }

    private func endpoint(_ descriptor: Int32) -> Endpoint? {
        guard case .socket(let socket) = process.descriptor(descriptor) else { return nil }
        return socket.endpoint
    }

    // MARK: Calls

    func listen(_ address: SocketAddress, backlog: Int32, reusePort: Bool) -> Int32 {
        if process.isDead { return -ESHUTDOWN }
        guard network.node(at: address, from: process.node.index) == process.node.index else { return -EADDRNOTAVAIL }
        let port = address.port == 0 ? network.freePort(process.node.index) : address.port
        var bound = process.node.address(port: port)
        if address == .any(port: address.port) { bound = .any(port: port) }
        if address == .loopback(port: address.port) { bound = .loopback(port: port) }
        let listener = SimulatedListener(process, address: bound, limit: Int(max(1, backlog)), sharesPort: reusePort)
        let failed = network.add(listener)
        return failed < 0 ? failed : process.add(.listener(listener))
    }

    func socket(for address: SocketAddress) -> Int32 {
        process.isDead ? -ESHUTDOWN : process.add(.socket(SimulatedSocket()))
    }

    func localAddress(_ descriptor: Int32) -> SocketAddress? {
        if case .listener(let listener) = process.descriptor(descriptor) { return listener.address }
        return endpoint(descriptor)?.local
    }

    func peerAddress(_ descriptor: Int32) -> SocketAddress? { endpoint(descriptor)?.remote }

    func send(_ descriptor: Int32, _ message: UnsafePointer<msghdr>) -> Int {
        if process.isDead { return -Int(ESHUTDOWN) }
        guard case .socket(let socket) = process.descriptor(descriptor) else { return -Int(EBADF) }
        guard let endpoint = socket.endpoint else { return -Int(ENOTCONN) }
        let vectors = UnsafeBufferPointer(start: message.pointee.msg_iov, count: message.pointee.msg_iovlen)
        return network.sendAtOnce(endpoint, vectors)
    }

    func shutdown(_ descriptor: Int32) {
        switch process.descriptor(descriptor) {
        case .socket(let socket):
            socket.isShutDown = true
            socket.endpoint?.shutDown()
        case .listener(let listener):
            listener.isShutDown = true
            network.remove(listener)
            for operation in listener.acceptors { operation.settleSoon(-EINVAL) }
            listener.acceptors = []
        case .file, nil: break
        }
    }

    func close(_ descriptor: Int32) {
        switch process.descriptor(descriptor) {
        case .socket(let socket):
            precondition(socket.endpoint?.isBusy != true, "a socket is closed with an operation in flight")
            socket.endpoint?.close()
        case .listener(let listener):
            precondition(listener.acceptors.allSatisfy(\.isDelivered), "a listener is closed with an accept in flight")
            network.remove(listener)
        case .file, nil: return
        }
        process.remove(descriptor)
    }

    // MARK: Operations of the ring

    func accept(_ operation: Operation) {
        guard case .listener(let listener) = process.descriptor(operation.request.fd) else {
            return operation.settle(-EBADF)
        }
        if listener.isShutDown { return operation.settleSoon(-EINVAL) }
        listener.acceptors.append(operation)
        listener.serve()
    }

    func receive(_ operation: Operation) {
        guard let endpoint = endpoint(operation.request.fd) else { return operation.settle(-ENOTCONN) }
        precondition(endpoint.receiver?.isDelivered ?? true, "two receives of one socket are in flight")
        endpoint.receiver = operation
        network.serveReader(endpoint)
    }

    func send(_ operation: Operation) {
        guard let endpoint = endpoint(operation.request.fd) else { return operation.settle(-ENOTCONN) }
        precondition(endpoint.sender?.isDelivered ?? true, "two sends of one socket are in flight")
        operation.loadPieces()
        endpoint.sender = operation
        network.serveWriter(endpoint)
    }

    func connect(_ operation: Operation) {
        guard case .socket(let socket) = process.descriptor(operation.request.fd), let raw = operation.address,
            let address = SocketAddress(raw.assumingMemoryBound(to: sockaddr.self))
        else { return operation.settle(-EBADF) }
        let source = process.node.index
        guard let target = network.node(at: address, from: source) else { return operation.settleSoon(-ENETUNREACH) }
        let port = network.freePort(source)
        let isLoopback = address == .loopback(port: address.port)
        let local: SocketAddress = isLoopback ? .loopback(port: port) : process.node.address(port: port)
        let attempt = Attempt(
            operation: operation, socket: socket, network: network, source: source, target: target, local: local,
            remote: address,
            deadline: process.node.world.now.adding(milliseconds: Int64(network.faults.givingUpMilliseconds)))
        attempt.knock()
    }
}

/// An attempt to connect, knocking again until it is answered or given up.
private struct Attempt {
    let operation: Operation
    let socket: SimulatedSocket
    let network: SimulatedNetwork
    let source: Int
    let target: Int
    let local: SocketAddress
    let remote: SocketAddress
    let deadline: Instant

    private var world: World { network.world }

    private var reaches: Bool { !network.isBlocked(source, target) && world.nodes[target].isPowered }

    func knock() {
        world.after(nanoseconds: network.latency(source, target)) {
            if self.operation.isSettled { return }
            if self.socket.isShutDown { return self.operation.settle(-ECONNRESET) }
            guard self.reaches else { return self.again() }
            guard let listener = self.network.listener(self.target, port: self.remote.port) else {
                return self.answer { self.operation.settle(-ECONNREFUSED) }
            }
            if listener.isFull { return self.again() }
            let client = Endpoint(self.network, node: self.source, local: self.local, remote: self.remote)
            self.network.connect(from: client, to: listener)
            self.answer { self.connected(client) }
        }
    }

    private func connected(_ client: Endpoint) {
        guard !operation.isSettled else { return client.close() }
        socket.endpoint = client
        if socket.isShutDown { client.shutDown() }
        operation.settle(0)
    }

    private func again() {
        if world.now >= deadline { return operation.settle(-ETIMEDOUT) }
        world.after(nanoseconds: 1_000_000_000) { self.knock() }
    }

    /// The way back, which may be blocked as well.
    private func answer(_ action: @escaping () -> Void) {
        world.after(nanoseconds: network.latency(target, source)) {
            if !self.network.isBlocked(self.target, self.source) { return action() }
            if self.operation.isSettled { return }
            if self.world.now >= self.deadline { return self.operation.settle(-ETIMEDOUT) }
            self.world.after(nanoseconds: 200_000_000) { self.answer(action) }
        }
    }
}
