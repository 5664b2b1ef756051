import Glibc
import Reactor

/// One side of a connection.
final class Endpoint {
    enum Presence {
        case open
        /// Closed by its program, or with it; the machine answers that nobody is here.
        case closed
    }

    unowned let network: SimulatedNetwork
    let node: Int
    let local: SocketAddress
    let remote: SocketAddress
    private(set) var presence = Presence.open
    private var streams: (incoming: Stream, outgoing: Stream)?
    /// Why the connection broke.
    private(set) var failure: Int32 = 0
    private(set) var isShutDown = false
    var receiver: Operation?
    var sender: Operation?

    init(_ network: SimulatedNetwork, node: Int, local: SocketAddress, remote: SocketAddress) {
        self.network = network
        self.node = node
        self.local = local
        self.remote = remote
    }

    var incoming: Stream { joined.incoming }
    var outgoing: Stream { joined.outgoing }

    private var joined: (incoming: Stream, outgoing: Stream) {
        guard let streams else { preconditionFailure("joined when made") }
        return streams
    }

    static func join(_ one: Endpoint, _ other: Endpoint) {
        let there = Stream(one.network, from: one, to: other)
        let back = Stream(one.network, from: other, to: one)
        one.streams = (back, there)
        other.streams = (there, back)
    }

    var isBusy: Bool { !(receiver?.isDelivered ?? true) || !(sender?.isDelivered ?? true) }

    /// Closed, and nothing of it is left to send.
    var isFinished: Bool { presence == .closed && outgoing.isIdle }

    /// The connection is broken: operations end with `failure`.
    func reset(_ failure: Int32) {
        guard presence == .open, self.failure == 0 else { return }
        self.failure = failure
        outgoing.discard()
        network.serveReader(self)
        network.serveWriter(self)
    }

    func shutDown() {
        guard presence == .open, !isShutDown else { return }
        isShutDown = true
        if failure == 0 { outgoing.end() }
        network.serveReader(self)
        network.serveWriter(self)
    }

    /// The program gives it back, or ends; what it has sent still goes out, unless there is something that it didn't
    /// read.
    func close() {
        guard presence == .open else { return }
        presence = .closed
        guard failure == 0 else { return }
        if incoming.arrived.isEmpty {
            outgoing.end()
        } else {
            outgoing.discard()
            network.resetPeer(of: self)
        }
    }

    /// The machine went off: nobody is told.
    func vanish() {
        presence = .closed
        outgoing.discard()
    }
}
