import Bytes
import KafkaProtocol
import Reactor

/// One client's connection, on the core that accepted it: a reader that cuts frames and settles the order of their
/// effects, and a writer that sends the answers in that order.
final class Connection {
    let context: ConnectionContext
    private let socket: Socket
    private let replies = ResponseQueue()
    private var frames: FrameReader
    /// When something last came or went, for the idle sweep.
    private(set) var lastActive: Instant
    private var isWindingDown = false
    /// Why we ended it, where it wasn't the client.
    private(set) var complaint: String?

    init(_ socket: Socket, listener: String, limit: Int, budget: Budget, core: Core) {
        self.socket = socket
        context = ConnectionContext(listener: listener, peer: socket.peer)
        frames = FrameReader(socket, pool: core.pool, limit: limit, budget: budget)
        lastActive = core.now()
    }

    /// Reads and serves until the stream ends or breaks. `serve` settles one frame.
    func read(core: Core, serve: (ByteSlice, ConnectionContext) -> Reply) async {
        defer { frames.release() }
        do throws(FrameError) {
            while complaint == nil {
                let arrived = try await frames.next()
                if arrived.isEmpty || isWindingDown { break }
                lastActive = core.now()
                for frame in arrived {
                    let reply = serve(frame, context)
                    if case .ready(.nothing) = reply { continue }
                    replies.append(reply, holding: frame.count)
                    // What came before it is answered first.
                    if case .ready(.close) = reply { return replies.finish() }
                }
                await replies.roomForMore()
            }
        } catch {
            switch error {
            case .socket, .truncated: break
            case .badSize(let size): return replies.close("a frame of \(size) bytes is announced")
            case .tooLarge(let size, let limit):
                let reason = "a frame of \(size) bytes is announced, socket.request.max.bytes is \(limit)"
                return replies.close(reason)
            }
        }
        // Requests that came whole take effect, though nobody may be there for the answers.
        context.lifeline.cut()
        replies.finish()
    }

    /// Sends the replies in order until there are no more.
    func write(core: Core) async {
        while let reply = await replies.next() {
            let answer: Answer
            switch reply {
            case .ready(let ready): answer = ready
            case .pending(let later): answer = await later()
            case .settling(let reply): answer = await reply.answer()
            }
            var outgoing = Outgoing()
            outgoing.add(answer)
            while outgoing.bytes < Limits.gatherBytes, outgoing.complaint == nil, let more = replies.nextReady() {
                outgoing.add(more)
            }
            if outgoing.bytes > 0 {
                do { try await socket.send(outgoing.pieces) } catch { return close() }
                lastActive = core.now()
            }
            if let complaint = outgoing.complaint { return end(complaint) }
        }
        if isWindingDown { close() }
    }

    /// Answers that leave in one send.
    private struct Outgoing {
        var pieces: [ByteSlice] = []
        var bytes = 0
        var complaint: String?

        mutating func add(_ answer: Answer) {
            switch answer {
            case .nothing: return
            case .close(let reason): complaint = reason
            case .send(let more):
                if pieces.isEmpty { pieces = more } else { pieces += more }
                for piece in more { bytes += piece.count }
            }
        }
    }

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
    }

    /// Both tasks end soon.
    func close() {
        context.lifeline.cut()
        replies.abandon()
        socket.shutdown()
    }

    /// After both tasks have ended.
    func release() { socket.close() }
}

/// What handlers know of the connection a request came on.
struct ConnectionContext {
    let listener: String
    let peer: SocketAddress
    let lifeline = Lifeline()
}
