import CUring
import Glibc
import Reactor

/// The wires between a world's nodes: who listens, who is connected, who can't hear whom.
package final class SimulatedNetwork {
    /// What goes wrong on the wires from now on.
    package var faults: FaultPlan
    unowned let world: World
    var random: RandomStream
    private var listeners: [SimulatedListener] = []
    private var endpoints: [Endpoint] = []
    private var endpointLimit = 64
    private var lastPorts: [UInt16] = []
    /// How many times over each pair, from first to second, is cut.
    private var blocks: [[Int]] = []
    private var isWeatherOn = false

    init(_ world: World) {
        self.world = world
        faults = world.faults
        random = RandomStream(seed: world.seed, .network)
    }

    func addNode() {
        lastPorts.append(32768)
        for index in blocks.indices { blocks[index].append(0) }
        blocks.append([Int](repeating: 0, count: world.nodes.count))
        startWeather()
    }

    // MARK: Partitions

    /// Whether nothing of `source` reaches `target`.
    func isBlocked(_ source: Int, _ target: Int) -> Bool { blocks[source][target] > 0 }

    /// From now on nothing that `source` sends reaches `target`: a partition one way. Call it for both for both ways.
    package func block(from source: Node, to target: Node) { blocks[source.index][target.index] += 1 }

    /// Takes one `block` back; what was held up arrives.
    package func unblock(from source: Node, to target: Node) {
        guard blocks[source.index][target.index] > 0 else { return }
        blocks[source.index][target.index] -= 1
        healStreams()
    }

    /// Cuts `node` off from all others, both ways.
    package func isolate(_ node: Node) {
        for other in world.nodes where other !== node {
            block(from: node, to: other)
            block(from: other, to: node)
        }
    }

    /// Everybody hears everybody again.
    package func heal() {
        for index in blocks.indices { blocks[index] = [Int](repeating: 0, count: blocks.count) }
        healStreams()
    }

    private func healStreams() {
        for endpoint in endpoints { endpoint.outgoing.heal() }
        endpoints.removeAll(where: \.isFinished)
    }

    /// Partitions that come and go by the plan.
    private func startWeather() {
        guard !isWeatherOn, faults.partition > 0 else { return }
        isWeatherOn = true
        tick()
    }

    private func tick() {
        world.after(nanoseconds: 100_000_000, isBackground: true) { [self] in
            if world.nodes.count > 1, random.chance(faults.partition) { partitionSome() }
            tick()
        }
    }

    private func partitionSome() {
        let one = world.nodes[random.below(world.nodes.count)]
        let other = world.nodes[random.below(world.nodes.count)]
        guard one !== other else { return }
        let isBothWays = random.chance(0.5)
        block(from: one, to: other)
        if isBothWays { block(from: other, to: one) }
        world.after(milliseconds: Int64(random.within(faults.partitionMilliseconds))) { [self] in
            unblock(from: one, to: other)
            if isBothWays { unblock(from: other, to: one) }
        }
    }

    /// Nanoseconds of one way.
    func latency(_ source: Int, _ target: Int) -> UInt64 {
        let range = source == target ? faults.loopbackMicroseconds : faults.latencyMicroseconds
        return UInt64(random.within(range)) * 1000
    }

    // MARK: Addresses

    /// The node that `address` names when used on `node`; nil when there is none.
    func node(at address: SocketAddress, from node: Int) -> Int? {
        if address == .loopback(port: address.port) || address == .any(port: address.port) { return node }
        return world.nodes.firstIndex { $0.address(port: address.port) == address }
    }

    func freePort(_ node: Int) -> UInt16 {
        repeat {
            lastPorts[node] = lastPorts[node] == .max ? 32769 : lastPorts[node] + 1
        } while listeners.contains { $0.node == node && $0.address.port == lastPorts[node] }
        return lastPorts[node]
    }

    // MARK: Listeners

    /// Negated errno when the port is taken.
    func add(_ listener: SimulatedListener) -> Int32 {
        let isTaken = listeners.contains {
            $0.node == listener.node && $0.address.port == listener.address.port
                && !($0.sharesPort && listener.sharesPort)
        }
        if isTaken { return -EADDRINUSE }
        listeners.append(listener)
        return 0
    }

    func remove(_ listener: SimulatedListener) {
        listeners.removeAll { $0 === listener }
        let waiting = listener.backlog
        listener.backlog = []
        for endpoint in waiting {
            resetPeer(of: endpoint)
            endpoint.vanish()
        }
    }

    /// One of those that listen there, as the kernel spreads connections.
    func listener(_ node: Int, port: UInt16) -> SimulatedListener? {
        let there = listeners.filter { $0.node == node && $0.address.port == port }
        return there.isEmpty ? nil : there[random.below(there.count)]
    }

    // MARK: Connections

    func connect(from client: Endpoint, to listener: SimulatedListener) {
        let server = Endpoint(self, node: listener.node, local: client.remote, remote: client.local)
        Endpoint.join(client, server)
        if endpoints.count > endpointLimit {
            endpoints.removeAll(where: \.isFinished)
            endpointLimit = endpoints.count * 2 + 64
        }
        endpoints += [client, server]
        listener.backlog.append(server)
        listener.serve()
    }

    func resetPeer(of endpoint: Endpoint) {
        let peer = endpoint.incoming.writer
        world.after(nanoseconds: latency(endpoint.node, endpoint.outgoing.target)) { [self] in
            if !isBlocked(endpoint.node, endpoint.outgoing.target) { peer?.reset(ECONNRESET) }
        }
    }

    func serveReader(_ endpoint: Endpoint) {
        guard let operation = endpoint.receiver, !operation.isSettled else { return }
        let stream = endpoint.incoming
        if operation.receivesIntoPickedBuffer {
            guard operation.kernel.canLend else { return operation.settleSoon(-ENOBUFS) }
            if !stream.arrived.isEmpty {
                let count = portion(min(stream.arrived.count, SimulatedKernel.lentBytes))
                let flags = operation.kernel.lend(count) { stream.arrived.take(count, into: $0) }
                operation.settleSoon(Int32(count), flags: flags)
                return stream.pump()
            }
        } else if !stream.arrived.isEmpty, let address = operation.address {
            let wanted = Int(operation.request.length) - operation.progress
            let wantsAll = operation.request.operation_flags & MU_RECEIVE_ALL != 0
            let count = min(stream.arrived.count, wanted)
            let taken = wantsAll ? count : portion(count)
            stream.arrived.take(taken, into: address + operation.progress)
            operation.progress += taken
            if !wantsAll || taken == wanted { operation.settleSoon(Int32(operation.progress)) }
            stream.pump()
            if operation.isSettled { return }
        }
        if stream.endHasArrived || endpoint.isShutDown {
            operation.settleSoon(Int32(operation.progress))
        } else if endpoint.failure != 0 {
            operation.settleSoon(operation.progress > 0 ? Int32(operation.progress) : -endpoint.failure)
        }
    }

    private func portion(_ count: Int) -> Int {
        count > 1 && random.chance(faults.shortReceive) ? random.within(1...count) : count
    }

    func serveWriter(_ endpoint: Endpoint) {
        guard let operation = endpoint.sender, !operation.isSettled else { return }
        if endpoint.failure != 0 || endpoint.isShutDown {
            return operation.settleSoon(operation.progress > 0 ? Int32(operation.progress) : -EPIPE)
        }
        let stream = endpoint.outgoing
        while stream.room > 0, let piece = operation.nextPiece(stream.room) {
            stream.append(piece)
            operation.progress += piece.count
        }
        if operation.progress == operation.total || operation.progress > 0 && random.chance(faults.shortSend) {
            operation.settleSoon(Int32(clamping: operation.progress))
        }
        stream.pump()
    }

    /// What there is room for now. Sometimes a kernel finds none at all: the ring's way has to be known, too.
    func sendAtOnce(_ endpoint: Endpoint, _ vectors: UnsafeBufferPointer<iovec>) -> Int {
        precondition(endpoint.sender?.isDelivered ?? true, "two sends of one socket are in flight")
        if endpoint.failure != 0 || endpoint.isShutDown { return -Int(EPIPE) }
        let stream = endpoint.outgoing
        var left = random.chance(0.2) ? 0 : stream.room
        if left > 1, random.chance(faults.shortSend) { left = random.within(1...left - 1) }
        var sent = 0
        for vector in vectors where left > 0 && vector.iov_len > 0 {
            let count = min(left, vector.iov_len)
            stream.append(UnsafeRawBufferPointer(start: vector.iov_base, count: count))
            sent += count
            left -= count
        }
        guard sent > 0 else { return -Int(EAGAIN) }
        stream.pump()
        return sent
    }

    // MARK: The end of a process

    func end(_ process: SimulatedProcess, _ kind: Crash) {
        let node = process.node.index
        for listener in listeners where listener.node == node {
            listeners.removeAll { $0 === listener }
            for endpoint in listener.backlog where kind == .kill { resetPeer(of: endpoint) }
            for endpoint in listener.backlog { endpoint.vanish() }
        }
        for endpoint in endpoints where endpoint.node == node {
            if kind == .kill { endpoint.close() } else { endpoint.vanish() }
        }
    }
}
