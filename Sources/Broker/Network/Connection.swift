import Bytes
import KafkaProtocol
import Reactor

/// One client's connection, on the core that accepted it.
///
/// What can be done at once is done without a task: whole frames are served as they come, and at the turn's end, when
/// logs have written, all answers that are there leave in one send. The reader's task is for frames that are cut off
/// and for waiting until a slow client has taken its answers; the writer's is for answers that aren't there yet and
/// for what the socket has no room for.
final class Connection: TurnEnd, SocketReceiver {
    let context: ConnectionContext
    private let core: Core
    private let socket: Socket
    private let outgoing: FrameBuffer
    private let replies = ResponseQueue()
    private var frames: FrameReader
    private var serve: ((ByteSlice, ConnectionContext) -> any Reply)?
    /// How reading has ended: with an error, or well.
    private var end: FrameError??
    private let readerCall = Call()
    private let writerCall = Call()
    /// When something last came or went, for the idle sweep.
    private(set) var lastActive: Instant
    /// Counted among the broker's connections.
    var hasPlace = true
    private var isWindingDown = false
    private var isClosed = false
    private var isFlushDue = false
    /// Answers that the socket had no room for.
    private var unsent: [ByteSlice] = []
    /// What ends the connection once all before it is sent.
    private var refusal: String?
    /// Why we ended it, where it wasn't the client.
    private(set) var complaint: String?

    init(_ socket: Socket, listener: String, limit: Int, budget: Budget, outgoing: FrameBuffer, core: Core) {
        self.core = core
        self.socket = socket
        self.outgoing = outgoing
        context = ConnectionContext(listener: listener, peer: socket.peer)
        frames = FrameReader(socket, pool: core.pool, limit: limit, budget: budget)
        lastActive = core.now()
    }

    // MARK: Reading

    /// Reads and serves until the stream ends or breaks. `serve` settles the order of a frame's effects.
    func read(serve: @escaping (ByteSlice, ConnectionContext) -> any Reply) async {
        self.serve = serve
        socket.receive(for: self)
        while end == nil {
            await readerCall.wait()
            do throws(FrameError) {
                if let frame = try await frames.restOfFrame(), !isClosed, !isWindingDown { _ = take(frame) }
            } catch { end = .some(error) }
            if end != nil { break }
            flushAtTurnEnd()
            await replies.roomForMore()
            frames.release()
            socket.receive(for: self)
        }
        frames.release()
        self.serve = nil
        // Requests that came whole take effect, though nobody may be there for the answers.
        context.lifeline.cut()
        switch end ?? nil {
        case .badSize(let size): finishReading("a frame of \(size) bytes is announced")
        case .tooLarge(let size, let limit):
            finishReading("a frame of \(size) bytes is announced, socket.request.max.bytes is \(limit)")
        case .socket, .truncated, nil: finishReading()
        }
    }

    func received(_ result: Result<ByteSlice, Errno>) {
        lastActive = core.now()
        do throws(FrameError) {
            switch result {
            case .success(let chunk) where chunk.isEmpty || isClosed || isWindingDown:
                try frames.end()
                end = .some(nil)
            case .success(let chunk): try frames.cut(chunk) { take($0) }
            case .failure(let errno): throw .socket(errno)
            }
        } catch { end = .some(error) }
        flushAtTurnEnd()
        if end == nil, !frames.isCutOff, replies.hasRoom {
            socket.receive(for: self)
        } else {
            readerCall.make()
        }
    }

    /// Whether the next frame may be taken.
    private func take(_ frame: ByteSlice) -> Bool {
        guard let reply = serve?(frame, context) else { return false }
        replies.append(reply, holding: frame.count)
        if reply.endsConnection { end = .some(nil) }
        return end == nil
    }

    private func finishReading(_ reason: String? = nil) {
        if let reason { replies.append(Refusal(reason)) }
        replies.finish()
        flushAtTurnEnd()
    }

    // MARK: Writing

    private func flushAtTurnEnd() {
        guard !isFlushDue else { return }
        isFlushDue = true
        core.atTurnEnd(self)
    }

    func turnEnded() {
        isFlushDue = false
        flush()
    }

    /// Sends the answers that are there, as far as the socket takes them, and calls the writer for the rest.
    private func flush() {
        while unsent.isEmpty, refusal == nil {
            refusal = replies.write(to: outgoing)
            guard outgoing.count > 0 else { break }
            do throws(Errno) { unsent = try socket.sendAtOnce(outgoing.take()) } catch { close() }
            // What is sent is nobody's: much may follow, and the buffer needn't grow for it.
            outgoing.restart()
            lastActive = core.now()
        }
        if !unsent.isEmpty || refusal != nil || replies.unsettled != nil || replies.isDone { writerCall.make() }
    }

    /// Does what can't be done at once, until no answers are left to send.
    func write() async {
        while true {
            if !unsent.isEmpty {
                do { try await socket.send(unsent) } catch { close() }
                unsent = []
                lastActive = core.now()
            } else if let refusal {
                return end(refusal)
            } else if let reply = replies.unsettled {
                await reply.settle()
            } else if replies.isDone {
                break
            } else {
                await writerCall.wait()
            }
            flush()
        }
        if isWindingDown { close() }
    }

    // MARK: Ending

    /// Ends the connection and remembers why.
    func end(_ reason: String) {
        complaint = complaint ?? reason
        close()
    }

    /// Takes no more requests, answers those it has, and ends: a client that is told of its last batches need not send
    /// them again.
    func windDown() {
        isWindingDown = true
        context.lifeline.cut()
        replies.finish()
        writerCall.make()
    }

    /// Both tasks end soon.
    func close() {
        isClosed = true
        context.lifeline.cut()
        replies.abandon()
        socket.shutdown()
        writerCall.make()
    }

    /// After both tasks have ended.
    func release() { socket.close() }
}

/// What handlers know of the connection a request came on.
final class ConnectionContext {
    let listener: String
    let peer: SocketAddress
    let lifeline = Lifeline()
    let transactions = TransactionQueue()

    init(listener: String, peer: SocketAddress) {
        self.listener = listener
        self.peer = peer
    }
}
