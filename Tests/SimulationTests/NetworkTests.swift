import Bytes
import Reactor
import Simulation
import Testing

@Suite struct NetworkTests {
    @Test func bytesArriveInOrderThroughStallsAndShortSends() throws {
        var faults = FaultPlan.rough
        faults.cut = 0
        try World.run(seeds: 0..<40, faults: faults) { world in
            let sent = (0..<50_000).map { UInt8(truncatingIfNeeded: $0 &* 13 ^ $0 >> 8) }
            let server = world.addNode()
            sink(server, port: 1)
            let received = try world.run(on: world.addNode()) { [address = server.address(port: 1)] cores in
                let socket = try await Socket.connect(cores[0], to: address)
                try await socket.send([ByteSlice(sent)])
                return try await receiveAll(socket, sent.count)
            }
            #expect(received == sent)
        }
    }

    @Test func aCutConnectionBreaksOnBothSidesAfterAPrefix() throws {
        var faults = FaultPlan.none
        faults.cut = 0.2
        faults.segmentBytes = 1...1000
        var broken = 0
        try World.run(seeds: 0..<40, faults: faults) { world in
            let server = world.addNode()
            sink(server, port: 1)
            let isBroken = try world.run(on: world.addNode()) { [address = server.address(port: 1)] cores in
                let socket = try await Socket.connect(cores[0], to: address)
                do {
                    try await socket.send([ByteSlice([UInt8](repeating: 5, count: 20_000))])
                    return try await receiveAll(socket, 20_000).count < 20_000
                } catch {
                    return true
                }
            }
            if isBroken { broken += 1 }
        }
        #expect(broken > 35)
    }

    @Test func aPartitionOneWayHoldsUpOneWay() throws {
        let world = World(seed: 5)
        let (one, other) = (world.addNode(), world.addNode())
        let arrived = Shared((one: 0, other: 0))
        other.start { cores in
            cores[0].spawn {
                guard let socket = try? await Listener(cores[0], .any(port: 1)).accept() else { return }
                let shared = Shared(socket)
                cores[0].spawn {
                    while let more = try? await shared.value.receive(), !more.isEmpty {
                        arrived.value.other += more.count
                    }
                }
                while (try? await socket.send([ByteSlice([1])])) != nil { await cores[0].sleep(milliseconds: 10) }
            }
        }
        one.start { [address = other.address(port: 1)] cores in
            cores[0].spawn {
                guard let socket = try? await Socket.connect(cores[0], to: address) else { return }
                let shared = Shared(socket)
                cores[0].spawn {
                    while let more = try? await shared.value.receive(), !more.isEmpty {
                        arrived.value.one += more.count
                    }
                }
                while (try? await socket.send([ByteSlice([1])])) != nil { await cores[0].sleep(milliseconds: 10) }
            }
        }
        world.run(milliseconds: 100)
        world.network.block(from: one, to: other)
        world.run(milliseconds: 50)
        let before = arrived.value
        #expect(before.one > 5 && before.other > 5)
        world.run(milliseconds: 1000)
        #expect(arrived.value.other == before.other)
        #expect(arrived.value.one > before.one)
        world.network.heal()
        world.run(milliseconds: 1000)
        #expect(arrived.value.other > before.other + 100)
        #expect(world.end() == 0)
    }

    @Test func nobodyTellsOfAMachineThatIsOff() throws {
        let world = World(seed: 9)
        let server = world.addNode()
        sink(server, port: 1)
        let state = Shared("connecting")
        let client = world.addNode()
        client.start { [address = server.address(port: 1)] cores in
            cores[0].spawn {
                guard let socket = try? await Socket.connect(cores[0], to: address) else { return }
                state.value = "waiting"
                _ = try? await socket.receive()
                state.value = "told"
            }
        }
        world.run { state.value == "waiting" }
        world.crash(server, .powerCut)
        #expect(world.run(milliseconds: 1_000_000) == .idle)
        #expect(state.value == "waiting")
        #expect(world.end() == 0)
    }

    @Test func aKilledProcessEndsItsConnections() throws {
        let world = World(seed: 9)
        let server = world.addNode()
        sink(server, port: 1)
        world.after(milliseconds: 50) { world.crash(server, .kill) }
        let address = server.address(port: 1)
        let bytes = try world.run(on: world.addNode()) { cores in
            let socket = try await Socket.connect(cores[0], to: address)
            let bytes = try await socket.receive()
            await #expect(throws: Errno.connectionRefused) { _ = try await Socket.connect(cores[0], to: address) }
            return bytes
        }
        #expect(bytes.isEmpty)
        #expect(world.end() == 0)
    }

    @Test func connectingToAMachineThatIsOffTimesOut() throws {
        let world = World(seed: 2)
        let server = world.addNode()
        world.crash(server, .powerCut)
        let address = server.address(port: 1)
        try world.run(on: world.addNode()) { cores in
            await #expect(throws: Errno.timedOut) { _ = try await Socket.connect(cores[0], to: address) }
        }
    }

    @Test func bytesThatNobodyTakesAreGivenUp() throws {
        let world = World(seed: 2)
        let (server, client) = (world.addNode(), world.addNode())
        sink(server, port: 1)
        let failure = Shared<Errno?>(nil)
        client.start { [address = server.address(port: 1)] cores in
            cores[0].spawn {
                do {
                    let socket = try await Socket.connect(cores[0], to: address)
                    await cores[0].sleep(milliseconds: 100)
                    try await socket.send([ByteSlice([1, 2, 3])])
                    _ = try await socket.receive()
                } catch { failure.value = error as? Errno }
            }
        }
        world.run(milliseconds: 50)
        world.crash(server, .powerCut)
        world.run(milliseconds: 100_000) { failure.value != nil }
        #expect(failure.value == .timedOut)
        #expect(world.end() == 0)
    }
}

/// Sends all back that comes.
private func sink(_ node: Node, port: UInt16) {
    node.start { cores in
        cores[0].spawn {
            guard let listener = try? Listener(cores[0], .any(port: port)) else { return }
            while let socket = try? await listener.accept() {
                let shared = Shared(socket)
                cores[0].spawn {
                    while let bytes = try? await shared.value.receive(), !bytes.isEmpty {
                        guard (try? await shared.value.send([bytes])) != nil else { return }
                    }
                }
            }
        }
    }
}

private func receiveAll(_ socket: Socket, _ count: Int) async throws(Errno) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count {
        let more = try await socket.receive()
        if more.isEmpty { break }
        bytes += more.array
    }
    return bytes
}
