import Bytes
import Glibc
import Reactor
import Simulation

/// The smallest program that makes a promise: a server appends each record to a file, syncs, acknowledges. Clients send
/// numbers; the server is crashed again and again; whatever was acknowledged has to be in the file.
struct StoreRun {
    /// Mistakes that a world has to find.
    enum Mistake {
        case none
        case acknowledgesBeforeSync
        case forgetsTheDirectory
        case retriesAFailedSync
    }

    struct Outcome {
        var traceHash: UInt64
        var acknowledged: [UInt64]
        var lost: [UInt64]
        var crashes: Int
    }

    var seed: UInt64
    var faults = FaultPlan.none
    var mistake = Mistake.none
    var clients = 3
    var records = 12

    func run() throws -> Outcome {
        let world = World(seed: seed, faults: faults)
        var random = world.workload()
        let server = world.addNode(cores: 1 + random.below(2))
        let address = server.address(port: 9000)
        let mistake = self.mistake
        let start = { server.start { cores in cores[0].spawn { await Store(cores[0], mistake).serve(address) } } }
        start()
        let acknowledged = Shared<[UInt64]>([])
        let finished = Shared(0)
        for number in 0..<clients {
            let client = StoreClient(first: UInt64(number * 1000), count: records, acknowledged: acknowledged)
            world.addNode().start { cores in
                cores[0].spawn {
                    await client.run(cores[0], address)
                    finished.value += 1
                }
            }
        }
        var crashes = 0
        while finished.value < clients {
            let pause = Int64(random.within(1...300))
            let end = world.run(milliseconds: pause) { finished.value == clients }
            guard end == .outOfTime else { break }
            if crashes == 20 { world.network.faults = .none }
            world.crash(server, random.chance(0.5) ? .kill : .powerCut)
            crashes += 1
            world.run(milliseconds: Int64(random.within(0...50)))
            start()
            if crashes > 2000 { throw SeedFailure(seed: seed, reason: "the clients never finish") }
        }
        world.crash(server, .powerCut)
        let stored = Set(Store.parse(server.disk.contents(of: Store.path) ?? []).records)
        let leaked = world.end()
        if leaked > 0 { throw SeedFailure(seed: seed, reason: "\(leaked) cores are held") }
        return Outcome(
            traceHash: world.traceHash, acknowledged: acknowledged.value,
            lost: acknowledged.value.filter { !stored.contains($0) }, crashes: crashes)
    }
}

private struct StoreClient: Sendable {
    let first: UInt64
    let count: Int
    let acknowledged: Shared<[UInt64]>

    func run(_ core: Core, _ address: SocketAddress) async {
        var next = first
        while next < first + UInt64(count), !core.isHalted {
            guard let socket = try? await Socket.connect(core, to: address) else {
                await core.sleep(milliseconds: 5)
                continue
            }
            let watch = core.schedule(at: core.now().adding(milliseconds: 20_000)) { socket.shutdown() }
            while next < first + UInt64(count) {
                guard await exchange(socket, next) else { break }
                acknowledged.value.append(next)
                next += 1
            }
            watch.cancel()
            socket.shutdown()
            await core.sleep(milliseconds: 5)
        }
    }

    private func exchange(_ socket: Socket, _ record: UInt64) async -> Bool {
        var writer = ByteWriter()
        writer.integer(record)
        let request = writer.finish()
        guard (try? await socket.send([request])) != nil else { return false }
        let answer = Block(capacity: 8)
        guard (try? await socket.receive(into: answer, 0..<8)) == 8 else { return false }
        return answer.slice(0..<8) == request
    }
}

/// One file of records: a number and its checksum.
final class Store: @unchecked Sendable {  // used on one core only
    static let path = "/data/log"
    private static let recordBytes = 12

    private let core: Core
    private let mistake: StoreRun.Mistake
    private var file: File?
    private var end = 0
    private var isBroken = false

    init(_ core: Core, _ mistake: StoreRun.Mistake) {
        self.core = core
        self.mistake = mistake
    }

    /// The records of the file's whole and sound beginning, and where it ends.
    static func parse(_ bytes: [UInt8]) -> (records: [UInt64], end: Int) {
        var records: [UInt64] = []
        bytes.withUnsafeBytes { all in
            var reader = ByteReader(all)
            while let number: UInt64 = try? reader.integer(), let checksum: UInt32 = try? reader.integer() {
                let start = records.count * recordBytes
                let body = UnsafeRawBufferPointer(rebasing: all[start..<start + 8])
                // Zeros are no record, although nothing is wrong with their shape.
                guard checksum == CRC32C.checksum(body) ^ 0xFFFF_FFFF else { break }
                records.append(number)
            }
        }
        return (records, records.count * recordBytes)
    }

    func serve(_ address: SocketAddress) async {
        guard let listener = try? Listener(core, address), (try? await open()) != nil else { return }
        while let socket = try? await listener.accept() {
            let connection = Shared(socket)
            core.spawn { [self] in await serve(connection.value) }
        }
    }

    private func open() async throws(Errno) {
        try core.files.makeDirectories("/data")
        let file = try core.files.open(Self.path, .create)
        if mistake != .forgetsTheDirectory {
            try await core.files.syncDirectory("/data")
            try await core.files.syncDirectory("/")
        }
        let bytes = try core.files.readAll(Self.path)
        end = Self.parse(bytes.array).end
        try file.truncate(to: end)
        try await file.sync()
        self.file = file
    }

    private func serve(_ socket: Socket) async {
        let request = Block(capacity: 8)
        while (try? await socket.receive(into: request, 0..<8)) == 8 {
            guard await append(request.slice(0..<8)) else { break }
            guard (try? await socket.send([request.slice(0..<8)])) != nil else { break }
        }
        socket.shutdown()
    }

    private func append(_ record: ByteSlice) async -> Bool {
        guard let file, !isBroken else { return false }
        var writer = ByteWriter()
        writer.bytes(record)
        writer.integer(record.withUnsafeBytes { CRC32C.checksum($0) } ^ 0xFFFF_FFFF)
        let position = end
        end += Self.recordBytes
        do {
            try file.write([writer.finish()], at: position)
            if mistake == .acknowledgesBeforeSync { return true }
            do {
                try await file.sync()
            } catch {
                guard mistake == .retriesAFailedSync else { throw error }
                try await file.sync()
            }
            return true
        } catch {
            isBroken = true
            return false
        }
    }
}
