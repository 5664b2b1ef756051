@testable import Broker
import Bytes
import KafkaProtocol
import Reactor
import Simulation
import Testing

@Suite struct ResponseQueueTests {
    @Test func answersLeaveInTheirOrder() {
        let queue = ResponseQueue()
        let late = Numbered(1, isSettled: false)
        for reply in [Numbered(0), late, Numbered(2)] { queue.append(reply) }
        #expect(written(queue) == [0])
        #expect(queue.unsettled === late)
        #expect(written(queue) == [])
        late.isSettled = true
        #expect(written(queue) == [1, 2])
        #expect(queue.unsettled == nil)
    }

    @Test func noneIsAskedBeforeItsTurn() {
        let queue = ResponseQueue()
        let behind = Numbered(2)
        queue.append(Numbered(1, isSettled: false))
        queue.append(behind)
        _ = written(queue)
        #expect(!behind.wasAsked)
    }

    @Test func aQueueThatIsNeverEmptyKeepsNothingOfThePast() {
        let queue = ResponseQueue()
        for number in Int32(0)..<1000 {
            let reply = Numbered(number, isSettled: false)
            queue.append(reply)
            #expect(written(queue) == (number > 0 ? [number - 1] : []))
            reply.isSettled = true
        }
        #expect(queue.places <= 2 * Limits.repliesPerConnection)
        weak var past: Numbered?
        do {
            let reply = Numbered(1000)
            past = reply
            queue.append(reply)
            queue.append(Numbered(1001, isSettled: false))
        }
        #expect(written(queue) == [999, 1000])
        #expect(past == nil)
    }

    @Test func whatNeedsNoAnswerGetsNone() {
        let queue = ResponseQueue()
        queue.append(Unanswered())
        queue.append(Numbered(7))
        #expect(written(queue) == [7])
    }

    @Test func nothingIsAnsweredBehindARefusal() {
        let queue = ResponseQueue()
        queue.append(Numbered(1))
        queue.append(Refusal("over"))
        queue.append(Numbered(2))
        queue.finish()
        let frames = FrameBuffer()
        #expect(queue.write(to: frames) == "over")
        #expect(numbers(frames) == [1])
        #expect(queue.isDone && written(queue) == [])
    }

    @Test func aSendsWorthOfBytesIsWrittenAtATime() {
        let queue = ResponseQueue()
        for number in Int32(0)..<3 { queue.append(Numbered(number, bytes: Limits.gatherBytes)) }
        #expect(written(queue) == [0])
        #expect(written(queue) == [1])
    }

    @Test func theReaderWaitsForItsClient() throws {
        try onCore { core in
            let queue = ResponseQueue()
            for number in 0..<Limits.repliesPerConnection { queue.append(Numbered(Int32(number))) }
            let isThrough = Shared(false)
            let tasks = Tasks(core)
            tasks.start {
                await queue.roomForMore()
                isThrough.value = true
            }
            await core.sleep(milliseconds: 10)
            #expect(!isThrough.value)
            _ = written(queue)
            await tasks.finish()
            #expect(isThrough.value)
        }
    }

    @Test func theReaderWaitsForBytesThatAreHeld() throws {
        try onCore { core in
            let queue = ResponseQueue()
            queue.append(Numbered(1), holding: Limits.heldBytesPerConnection)
            let isThrough = Shared(false)
            let tasks = Tasks(core)
            tasks.start {
                await queue.roomForMore()
                isThrough.value = true
            }
            await core.sleep(milliseconds: 10)
            #expect(!isThrough.value)
            _ = written(queue)
            await tasks.finish()
            await queue.roomForMore()
        }
    }

    @Test func aBrokenConnectionWakesItsReader() throws {
        try onCore { core in
            let queue = ResponseQueue()
            for _ in 0..<Limits.repliesPerConnection { queue.append(Numbered(1)) }
            let tasks = Tasks(core)
            tasks.start { await queue.roomForMore() }
            await core.sleep(milliseconds: 1)
            queue.abandon()
            await tasks.finish()
            #expect(queue.isDone && written(queue) == [])
        }
    }

    @Test func aResponseIsLookedForOnceAndThenWaitedFor() async throws {
        var asked = 0
        let reply = ResponseReply(
            try header(),
            atOnce: {
                asked += 1
                return nil
            },
            later: { HeartbeatResponse { $0.throttleTimeMilliseconds = 5 } })
        let frames = FrameBuffer()
        #expect(reply.write(to: frames) == nil && reply.write(to: frames) == nil)
        #expect(asked == 1)
        await reply.settle()
        #expect(reply.write(to: frames) != nil)
        #expect(numbers(frames) == [5])
    }
}

/// Answers a heartbeat whose throttle time is the number.
private final class Numbered: Reply {
    private let number: Int32
    private let bytes: Int
    var isSettled: Bool
    private(set) var wasAsked = false

    init(_ number: Int32, bytes: Int = 0, isSettled: Bool = true) {
        self.number = number
        self.bytes = bytes
        self.isSettled = isSettled
    }

    func write(to frames: FrameBuffer) -> Answer? {
        wasAsked = true
        guard isSettled else { return nil }
        let response = FetchResponse {
            $0.throttleTimeMilliseconds = number
            let records = RecordPieces([Block(capacity: bytes).slice(0..<bytes)])
            $0.topics = [.init { $0.partitions = [.init { $0.records = records }] }]
        }
        return frames.write(response, version: 4, correlationID: 0)
    }
}

private final class Unanswered: Reply {
    func write(to frames: FrameBuffer) -> Answer? { .nothing }
}

private func header() throws -> RequestFrame {
    let frame = try HeartbeatRequest().frame(version: 1, correlationID: 1, clientID: "c")
    return try RequestFrame(
        frame[4..<frame.count], isFlexible: false,
        connection: ConnectionContext(listener: "L", peer: .loopback(port: 1)))
}

private func written(_ queue: ResponseQueue) -> [Int32] {
    let frames = FrameBuffer()
    #expect(queue.write(to: frames) == nil)
    return numbers(frames)
}

/// The number of each frame: what follows its size and correlation id.
private func numbers(_ frames: FrameBuffer) -> [Int32] {
    let bytes = ByteSlice(frames.take().flatMap(\.array))
    var numbers: [Int32] = []
    var position = 0
    while position < bytes.count {
        numbers.append(bytes.bigEndian(position + 8))
        position += 4 + Int(bytes.bigEndian(position) as Int32)
    }
    return numbers
}
