@testable import Broker
import Bytes
import Reactor
import Simulation
import Testing

@Suite struct ResponseQueueTests {
    @Test func repliesLeaveInTheirOrder() throws {
        try onCore { core in
            let queue = ResponseQueue()
            for number in UInt8(0)..<5 { queue.append(number % 2 == 0 ? ready(number) : .pending { answer(number) }) }
            queue.finish()
            var order: [UInt8] = []
            while let reply = await queue.next() { order.append(await reply.byte) }
            #expect(order == [0, 1, 2, 3, 4])
        }
    }

    @Test func onlyWhatIsHereCanBeTakenAhead() throws {
        try onCore { _ in
            let queue = ResponseQueue()
            queue.append(ready(1))
            queue.append(.pending { answer(2) })
            queue.append(ready(3))
            #expect(queue.nextReady()?.byte == 1)
            #expect(queue.nextReady() == nil)
            #expect(await queue.next()?.byte == 2)
            #expect(queue.nextReady()?.byte == 3)
            #expect(queue.nextReady() == nil)
        }
    }

    @Test func whatSettlesIsTakenOnceItHas() throws {
        try onCore { _ in
            let queue = ResponseQueue()
            let late = Late()
            queue.append(.settling(late))
            #expect(queue.nextReady() == nil)
            late.isSettled = true
            #expect(queue.nextReady()?.byte == 9)
        }
    }

    @Test func theReaderWaitsForItsClient() throws {
        try onCore { core in
            let queue = ResponseQueue()
            for number in 0..<Limits.repliesPerConnection { queue.append(ready(UInt8(truncatingIfNeeded: number))) }
            let isThrough = Shared(false)
            let tasks = Tasks(core)
            tasks.start {
                await queue.roomForMore()
                isThrough.value = true
            }
            await core.sleep(milliseconds: 10)
            #expect(!isThrough.value)
            _ = await queue.next()
            await tasks.finish()
            #expect(isThrough.value)
        }
    }

    @Test func theReaderWaitsForBytesThatAreHeld() throws {
        try onCore { core in
            let queue = ResponseQueue()
            queue.append(ready(1), holding: Limits.heldBytesPerConnection)
            let isThrough = Shared(false)
            let tasks = Tasks(core)
            tasks.start {
                await queue.roomForMore()
                isThrough.value = true
            }
            await core.sleep(milliseconds: 10)
            #expect(!isThrough.value)
            _ = queue.nextReady()
            await tasks.finish()
            await queue.roomForMore()
        }
    }

    @Test func aBrokenConnectionWakesBothSides() throws {
        try onCore { core in
            let queue = ResponseQueue()
            for _ in 0..<Limits.repliesPerConnection { queue.append(ready(1)) }
            let tasks = Tasks(core)
            tasks.start { await queue.roomForMore() }
            await core.sleep(milliseconds: 1)
            queue.abandon()
            await tasks.finish()
            #expect(await queue.next() == nil)
        }
    }

    @Test func theWriterWaitsForReplies() throws {
        try onCore { core in
            let queue = ResponseQueue()
            let seen = Shared<[UInt8]>([])
            let tasks = Tasks(core)
            tasks.start {
                while let reply = await queue.next() { seen.value.append(await reply.byte) }
            }
            for number in UInt8(0)..<3 {
                await core.sleep(milliseconds: 1)
                queue.append(ready(number))
            }
            await core.sleep(milliseconds: 1)
            queue.close("over")
            await tasks.finish()
            #expect(seen.value == [0, 1, 2, 255])
        }
    }
}

private final class Late: SettlingReply {
    var isSettled = false
    func settled() -> Answer? { isSettled ? .send([ByteSlice([9])]) : nil }
    func answer() async -> Answer { .send([ByteSlice([9])]) }
}

private func answer(_ byte: UInt8) -> Answer { .send([ByteSlice([byte])]) }
private func ready(_ byte: UInt8) -> Reply { .ready(answer(byte)) }

extension Answer {
    /// The byte that is sent; 255 for an end.
    fileprivate var byte: UInt8 {
        switch self {
        case .send(let pieces): pieces[0][0]
        case .nothing: 254
        case .close: 255
        }
    }
}

extension Reply {
    fileprivate var byte: UInt8 {
        get async {
            switch self {
            case .ready(let answer): answer.byte
            case .pending(let later): await later().byte
            case .settling(let reply): await reply.answer().byte
            }
        }
    }
}
