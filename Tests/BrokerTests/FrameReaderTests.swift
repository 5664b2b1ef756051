@testable import Broker
import Bytes
import Reactor
import Simulation
import Testing

@Suite struct FrameReaderTests {
    @Test func wholeFramesOfAChunkComeTogether() throws {
        let frames = try received([framed([1]), framed([2, 3]), framed([4, 5, 6])])
        #expect(frames == [[1], [2, 3], [4, 5, 6]])
    }

    @Test func framesThatAreCutAnywhereComeWhole() throws {
        let stream = framed([1, 2, 3]) + framed([4]) + framed(Array(5..<20))
        for cut in 0...stream.count {
            let frames = try received([Array(stream[..<cut]), Array(stream[cut...])])
            #expect(frames == [[1, 2, 3], [4], Array(5..<20)], "cut at \(cut)")
        }
    }

    @Test(arguments: UInt64(0)..<20) func framesSurviveARoughNetwork(seed: UInt64) throws {
        var random = RandomStream(seed: seed, .workload)
        let sent = (0..<30).map { _ in [UInt8](repeating: UInt8(random.below(256)), count: 1 + random.below(3000)) }
        var faults = FaultPlan.none
        faults.segmentBytes = 1...700
        faults.shortReceive = 0.3
        faults.receiveBuffers = 2
        #expect(try received(sent.map(framed), seed: seed, faults: faults) == sent, "seed \(seed)")
    }

    @Test func sizesAreChecked() throws {
        #expect(try failure([0, 0, 0, 0]) == .badSize(0))
        #expect(try failure([255, 255, 255, 255]) == .badSize(-1))
        #expect(try failure([0, 0, 16, 1]) == .tooLarge(4097, limit: 4096))
        #expect(try failure([127, 255, 255, 255]) == .tooLarge(.max, limit: 4096))
    }

    @Test func aStreamThatEndsInsideAFrameIsTruncated() throws {
        let stream = framed([1, 2, 3])
        for cut in 1..<stream.count { #expect(try failure(Array(stream[..<cut])) == .truncated) }
        #expect(try failure([]) == nil)
    }

    @Test func aLargeFrameGrowsWithWhatCame() throws {
        let large = [UInt8](repeating: 7, count: Limits.frameBelievedBytes * 2 + 12345)
        #expect(try received([framed(large), framed([1])], limit: 100 << 20) == [large, [1]])
    }

    @Test func whatIsAnnouncedNeedNotCome() throws {
        #expect(try failure([127, 255, 255, 255, 1, 2, 3], limit: .max) == .truncated)
    }
}

private func framed(_ bytes: [UInt8]) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: bytes.count >> (24 - 8 * $0)) } + bytes
}

/// What a reader makes of `chunks`, sent one after the other.
private func received(
    _ chunks: [[UInt8]], limit: Int = 4096, seed: UInt64 = 1, faults: FaultPlan = .none
) throws -> [[UInt8]] {
    let frames = Shared<[[UInt8]]>([])
    try withReader(limit: limit, seed: seed, faults: faults) { socket in
        for chunk in chunks where !chunk.isEmpty { try await socket.send([ByteSlice(chunk)]) }
        socket.shutdown()
    } body: { reader, socket in
        var reader = reader
        while true {
            let chunk = try await socket.receive()
            if chunk.isEmpty { return try reader.end() }
            try reader.cut(chunk) {
                frames.value.append($0.array)
                return true
            }
            if let rest = try await reader.restOfFrame() { frames.value.append(rest.array) }
        }
    }
    return frames.value
}

/// How reading `bytes` ends, if not well.
private func failure(_ bytes: [UInt8], limit: Int = 4096) throws -> FrameError? {
    do {
        _ = try received([bytes], limit: limit)
        return nil
    } catch let error as FrameError { return error }
}

private func withReader(
    limit: Int, seed: UInt64 = 1, faults: FaultPlan = .none,
    send: @escaping @Sendable (Socket) async throws -> Void,
    body: @escaping @Sendable (FrameReader, Socket) async throws -> Void
) throws {
    try onCore(seed: seed, faults: faults) { core in
        let listener = try Listener(core, .loopback(port: 0))
        let client = try await Socket.connect(core, to: listener.address)
        let socket = try await listener.accept()
        let tasks = Tasks(core)
        tasks.start { try await send(client) }
        do { try await body(FrameReader(socket, pool: core.pool, limit: limit), socket) } catch {
            client.shutdown()
            await tasks.finish()
            throw error
        }
        await tasks.finish()
    }
}
