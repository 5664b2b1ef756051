import Glibc
import Reactor

/// One direction of a connection: bytes taken from the writer, travelling, and waiting for the reader; in order,
/// bounded at both ends.
final class Stream {
    private enum Parcel {
        case bytes([UInt8])
        case end
    }

    private unowned let network: SimulatedNetwork
    let source: Int
    let target: Int
    private(set) weak var writer: Endpoint?
    private weak var reader: Endpoint?
    private let capacity: Int
    private var queued = ByteQueue()
    var arrived = ByteQueue()
    private var travelling = 0
    private var unacknowledged = 0
    private var endIsQueued = false
    private var endIsSent = false
    private(set) var endHasArrived = false
    private var lastArrival = Instant(nanoseconds: 0)
    /// What a partition holds up.
    private var held: [Parcel] = []
    private var heldAcknowledgements = 0
    private var lastProgress = Instant(nanoseconds: 0)
    private var isWatched = false

    init(_ network: SimulatedNetwork, from writer: Endpoint, to reader: Endpoint) {
        self.network = network
        source = writer.node
        target = reader.node
        self.writer = writer
        self.reader = reader
        capacity = network.random.within(network.faults.socketBufferBytes)
    }

    /// Bytes that the writer's side takes in before it has to wait.
    var room: Int { max(0, capacity - queued.count - unacknowledged) }

    /// Nothing waits to be sent.
    var isIdle: Bool { queued.isEmpty && held.isEmpty && heldAcknowledgements == 0 && (endIsSent || !endIsQueued) }

    func append(_ bytes: UnsafeRawBufferPointer) {
        network.world.trace.note(.sent, bytes)
        queued.append(bytes)
    }

    /// No more bytes come after those that are queued.
    func end() {
        endIsQueued = true
        pump()
    }

    /// What has not left the writer's machine never will.
    func discard() {
        queued.removeAll()
        held.removeAll()
        endIsQueued = false
    }

    /// Sends what the reader has room for.
    func pump() {
        guard !network.isBlocked(source, target) else { return watch() }
        while !queued.isEmpty, travelling + arrived.count < capacity {
            let room = capacity - travelling - arrived.count
            let count = min(queued.count, room, network.random.within(network.faults.segmentBytes))
            let bytes = queued.take(count)
            travelling += count
            unacknowledged += count
            if network.random.chance(source == target ? 0 : network.faults.cut) {
                travel(.bytes(Array(bytes.prefix(network.random.within(0...count)))))
                let (writer, reader) = (self.writer, self.reader)
                network.world.after(nanoseconds: lastArrival.nanoseconds - network.world.now.nanoseconds) {
                    writer?.reset(ECONNRESET)
                    reader?.reset(ECONNRESET)
                }
                return
            }
            travel(.bytes(bytes))
        }
        if queued.isEmpty, endIsQueued, !endIsSent {
            endIsSent = true
            travel(.end)
        }
        watch()
    }

    private func travel(_ parcel: Parcel) {
        let world = network.world
        var arrival = world.now.adding(nanoseconds: network.latency(source, target))
        if source != target, network.random.chance(network.faults.stall) {
            arrival = arrival.adding(milliseconds: Int64(network.random.within(network.faults.stallMilliseconds)))
        }
        lastArrival = max(arrival, lastArrival)
        world.after(nanoseconds: lastArrival.nanoseconds - world.now.nanoseconds) { self.arrive(parcel) }
    }

    private func arrive(_ parcel: Parcel) {
        if network.isBlocked(source, target) || !held.isEmpty { return held.append(parcel) }
        switch parcel {
        case .bytes(let bytes):
            travelling -= bytes.count
            guard let reader, reader.presence == .open else { return refuse() }
            arrived.append(bytes)
            acknowledge(bytes.count)
            network.serveReader(reader)
        case .end:
            endHasArrived = true
            if let reader, reader.presence == .open { network.serveReader(reader) }
        }
    }

    /// Nobody reads any more: the machine says so, when it is on.
    private func refuse() {
        guard network.world.nodes[target].isPowered else { return }
        let writer = self.writer
        network.world.after(nanoseconds: network.latency(target, source)) { [network, source, target] in
            if !network.isBlocked(target, source) { writer?.reset(ECONNRESET) }
        }
    }

    private func acknowledge(_ count: Int) {
        network.world.after(nanoseconds: network.latency(target, source)) { [self] in
            if network.isBlocked(target, source) {
                heldAcknowledgements += count
            } else {
                acknowledged(count)
            }
        }
    }

    private func acknowledged(_ count: Int) {
        unacknowledged -= count
        lastProgress = network.world.now
        if let writer { network.serveWriter(writer) }
    }

    /// The partition is over, maybe.
    func heal() {
        if heldAcknowledgements > 0, !network.isBlocked(target, source) {
            let count = heldAcknowledgements
            heldAcknowledgements = 0
            acknowledged(count)
        }
        guard !network.isBlocked(source, target) else { return }
        let parcels = held
        held = []
        for parcel in parcels { arrive(parcel) }
        pump()
    }

    /// Gives the connection up when nothing is acknowledged for too long.
    private func watch() {
        guard !isWatched, unacknowledged + queued.count > 0 else { return }
        isWatched = true
        lastProgress = network.world.now
        watchAgain()
    }

    private func watchAgain() {
        let patience = Int64(network.faults.givingUpMilliseconds)
        let due = lastProgress.adding(milliseconds: patience)
        let world = network.world
        world.after(nanoseconds: due > world.now ? due.nanoseconds - world.now.nanoseconds : 0) { [self] in
            guard let writer, writer.presence == .open, unacknowledged + queued.count > 0 else {
                isWatched = false
                return
            }
            let isHeldUp = unacknowledged > 0 || network.isBlocked(source, target)
            if isHeldUp, world.now.milliseconds(since: lastProgress) >= patience { return writer.reset(ETIMEDOUT) }
            if !isHeldUp { lastProgress = world.now }
            watchAgain()
        }
    }
}
