import Bytes
import Reactor
import Simulation
import Testing

@Suite struct SocketTests {
    @Test func everyConnectionGetsItsOwnBytesBack() throws {
        try onBothKernels { stage in
            let server = try EchoServer(stage.core)
            let clients = Tasks(stage.core)
            for number in 0..<200 {
                clients.start {
                    let socket = try await Socket.connect(stage.core, to: server.address)
                    for round in 0..<5 {
                        let sent = pattern(100 + round * 7, from: number * 1000)
                        try await socket.send([slice(sent)])
                        #expect(try await socket.receiveAll(sent.count) == sent)
                    }
                    socket.shutdown()
                }
            }
            await clients.finish()
            await server.stop()
        }
    }

    @Test func gatherSendKeepsTheOrderOfItsPieces() throws {
        try onBothKernels { stage in
            let pieces = (0..<3000).map { slice(pattern($0 % 700, from: $0)) }
            let expected = pieces.flatMap(\.array)
            let (left, right) = try await connectedPair(stage.core)
            let tasks = Tasks(stage.core)
            let sender = Shared(left)
            tasks.start {
                try await sender.value.send(pieces)
                sender.value.shutdown()
            }
            #expect(try await right.receiveAll(.max) == expected)
            await tasks.finish()
        }
    }

    @Test func aClosedSocketSendsNothing() throws {
        try onBothKernels { stage in
            let (left, right) = try await connectedPair(stage.core)
            left.close()
            #expect(throws: Errno.badDescriptor) { try left.sendAtOnce([slice([1])]) }
            #expect(try await right.receiveAll(1) == [])
        }
    }

    @Test func receiveIntoBlockFillsItWholly() throws {
        try onBothKernels { stage in
            let (left, right) = try await connectedPair(stage.core)
            let sent = pattern(300_000)
            let tasks = Tasks(stage.core)
            let sender = Shared(left)
            tasks.start {
                try await sender.value.send([slice(Array(sent[..<1000])), slice(Array(sent[1000...]))])
            }
            let block = Block(capacity: 300_010)
            #expect(try await right.receive(into: block, 5..<300_005) == 300_000)
            #expect(block.slice(5..<300_005).array == sent)
            await tasks.finish()
        }
    }

    @Test func receiveIntoBlockReturnsLessOnlyAtTheEnd() throws {
        try onBothKernels { stage in
            let (left, right) = try await connectedPair(stage.core)
            try await left.send([slice(pattern(10))])
            left.shutdown()
            let block = Block(capacity: 100)
            #expect(try await right.receive(into: block, 0..<100) == 10)
            #expect(try await right.receive(into: block, 0..<100) == 0)
        }
    }

    @Test func endOfStreamIsNoBytesAsOftenAsAsked() throws {
        try onBothKernels { stage in
            let (left, right) = try await connectedPair(stage.core)
            left.shutdown()
            for _ in 0..<3 { #expect(try await right.receive().isEmpty) }
        }
    }

    @Test func endsOfStreamsCostNoReceiveBuffers() throws {
        try onBothKernels { stage in
            for _ in 0..<150 {
                let (left, right) = try await connectedPair(stage.core)
                left.shutdown()
                #expect(try await right.receive().isEmpty)
            }
            let (left, right) = try await connectedPair(stage.core)
            for _ in 0..<150 {
                try await left.send([slice([1])])
                #expect(try await right.receive().count == 1)
            }
            #expect(stage.core.pool.idleBytes == 0, "a pooled block stood in for a receive buffer")
        }
    }

    @Test func heldBuffersDontStopOthersFromReceiving() throws {
        try onBothKernels { stage in
            let (left, right) = try await connectedPair(stage.core)
            var held: [ByteSlice] = []
            for number in 0..<150 {
                try await left.send([slice([UInt8(number)])])
                held.append(try await right.receive())
            }
            #expect(held.map(\.array) == (0..<150).map { [UInt8($0)] })
        }
    }

    @Test func shutdownEndsAPendingReceive() throws {
        try onBothKernels { stage in
            let (left, right) = try await connectedPair(stage.core)
            let tasks = Tasks(stage.core)
            let receiver = Shared(right)
            tasks.start {
                let bytes = try await receiver.value.receive()
                #expect(bytes.isEmpty)
            }
            await stage.core.sleep(milliseconds: 5)
            right.shutdown()
            await tasks.finish()
            _ = left
        }
    }

    @Test func shutdownEndsAPendingAccept() throws {
        try onBothKernels { stage in
            let listener = Shared(try Listener(stage.core, .loopback(port: 0)))
            let tasks = Tasks(stage.core)
            tasks.start {
                await #expect(throws: Errno.invalid) { _ = try await listener.value.accept() }
            }
            await stage.core.sleep(milliseconds: 5)
            listener.value.shutdown()
            await tasks.finish()
            await #expect(throws: Errno.invalid) { _ = try await listener.value.accept() }
            listener.value.close()
        }
    }

    @Test func connectingWhereNobodyListensIsRefused() throws {
        try onBothKernels { stage in
            let listener = try Listener(stage.core, .loopback(port: 0))
            let address = listener.address
            listener.shutdown()
            listener.close()
            await #expect(throws: Errno.connectionRefused) { _ = try await Socket.connect(stage.core, to: address) }
        }
    }

    @Test func connectingEndsAtItsDeadline() throws {
        try onBothKernels { stage in
            let listener = try Listener(stage.core, .loopback(port: 0), backlog: 1)
            var sockets: [Socket] = []
            let failure = await #expect(throws: Errno.self) {
                for _ in 0..<10 {
                    let deadline = stage.core.now().adding(milliseconds: 50)
                    sockets.append(try await Socket.connect(stage.core, to: listener.address, deadline: deadline))
                }
            }
            #expect(failure == .timedOut)
        }
    }

    @Test func aPortIsTakenOnce() throws {
        try onBothKernels { stage in
            let listener = try Listener(stage.core, .loopback(port: 0))
            #expect(listener.address.port > 0)
            #expect(throws: Errno.addressInUse) { try Listener(stage.core, listener.address) }
        }
    }

    @Test func sendingToOneWhoIsGoneFails() throws {
        try onBothKernels { stage in
            let (left, right) = try await connectedPair(stage.core)
            right.close()
            let failure = await #expect(throws: Errno.self) {
                for _ in 0..<1000 {
                    try await left.send([slice(pattern(1000))])
                    await stage.core.sleep(milliseconds: 1)
                }
            }
            #expect(failure == .brokenPipe || failure == .connectionReset)
        }
    }

    @Test func aSenderWaitsForAReaderWhoDoesNotRead() throws {
        try onBothKernels { stage in
            let (left, right) = try await connectedPair(stage.core)
            let sent = Shared(false)
            let sender = Shared(left)
            let tasks = Tasks(stage.core)
            let bytes = pattern(1 << 20)
            tasks.start {
                for _ in 0..<16 { try await sender.value.send([slice(bytes)]) }
                sent.value = true
            }
            await stage.core.sleep(milliseconds: 50)
            #expect(!sent.value)
            #expect(try await right.receiveAll(16 << 20).count == 16 << 20)
            await tasks.finish()
            #expect(sent.value)
        }
    }

    @Test func bothEndsKnowBothAddresses() throws {
        try onBothKernels { stage in
            let listener = try Listener(stage.core, .loopback(port: 0))
            let client = try await Socket.connect(stage.core, to: listener.address)
            let server = try await listener.accept()
            #expect(client.peer == listener.address)
            #expect(server.localAddress == listener.address)
            #expect(server.peer == client.localAddress)
        }
    }

    @Test func coresShareAPortWhenAsked() throws {
        try onBothKernels(cores: 2) { stage in
            let first = try EchoServer(stage.cores[0], reusePort: true)
            let second = Shared<EchoServer?>(nil)
            await onCore(stage.cores[1]) {
                second.value = try? EchoServer(stage.cores[1], at: first.address, reusePort: true)
            }
            for number in 0..<40 {
                let socket = try await Socket.connect(stage.core, to: first.address)
                try await socket.send([slice([UInt8(number)])])
                #expect(try await socket.receive().array == [UInt8(number)])
                socket.shutdown()
            }
            let other = try #require(second.value)
            #expect(first.accepted + other.accepted == 40)
            #expect(first.accepted > 0 && other.accepted > 0)
            await first.stop()
            await onCore(stage.cores[1]) { await other.stop() }
        }
    }
}

/// Sends back what it gets, on one core.
final class EchoServer: @unchecked Sendable {  // used on one core only, but for the address
    let address: SocketAddress
    private let listener: Listener
    private let core: Core
    private let tasks: Tasks
    private(set) var accepted = 0

    init(_ core: Core, at address: SocketAddress = .loopback(port: 0), reusePort: Bool = false) throws(Errno) {
        self.core = core
        listener = try Listener(core, address, reusePort: reusePort)
        self.address = listener.address
        tasks = Tasks(core)
        tasks.start { [self] in
            while let socket = try? await listener.accept() {
                accepted += 1
                let connection = Shared(socket)
                tasks.start {
                    while let bytes = try? await connection.value.receive(), !bytes.isEmpty {
                        try await connection.value.send([bytes])
                    }
                    connection.value.shutdown()
                }
            }
        }
    }

    /// Once its clients are gone.
    func stop() async {
        listener.shutdown()
        await tasks.finish()
        listener.close()
    }
}

func connectedPair(_ core: Core) async throws(Errno) -> (Socket, Socket) {
    let listener = try Listener(core, .loopback(port: 0))
    let client = try await Socket.connect(core, to: listener.address)
    return (client, try await listener.accept())
}

/// Runs `body` as a task of another core and comes back when it has ended.
func onCore(_ core: Core, _ body: @escaping @Sendable () async -> Void) async {
    await withUnsafeContinuation { continuation in
        core.spawn {
            await body()
            continuation.resume()
        }
    }
}
