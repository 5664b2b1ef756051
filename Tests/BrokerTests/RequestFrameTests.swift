@testable import Broker
import Bytes
import KafkaProtocol
import Reactor
import Synchronization
import Testing

@Suite struct RequestFrameTests {
    @Test func withoutItsBodyAFrameKeepsNoBuffer() throws {
        let frees = Counter()
        let kept = try parsed(freed: { frees.count.add(1, ordering: .relaxed) })
        #expect(frees.count.load(ordering: .relaxed) == 1)
        #expect(kept.clientID == "c" && kept.version == 1)
        #expect(throws: CodingError.self) { try kept.body(HeartbeatRequest.self) }
    }

    private func parsed(freed: @escaping @Sendable () -> Void) throws -> RequestFrame {
        let bytes = try HeartbeatRequest().frame(version: 1, correlationID: 1, clientID: "c")
        let base = UnsafeMutableRawPointer.allocate(byteCount: bytes.count, alignment: 16)
        let block = Block(adopting: base, capacity: bytes.count) { base, _ in
            base.deallocate()
            freed()
        }
        bytes.withUnsafeBytes { block.mutableBytes.copyMemory(from: $0) }
        let frame = try RequestFrame(
            block.slice(4..<bytes.count), isFlexible: false,
            connection: ConnectionContext(listener: "L", peer: .loopback(port: 1)))
        _ = try frame.body(HeartbeatRequest.self)
        return frame.withoutBody()
    }
}

private final class Counter: Sendable {
    let count = Atomic(0)
}
