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
    /// Why we ended it, where it wasn't the client.
    private(set) var complaint: String?

    init(_ socket: Socket, listener: String, limit: Int, core: Core) {
        self.socket = socket
        context = ConnectionContext(listener: listener, peer: socket.peer)
        frames = FrameReader(socket, pool: core.pool, limit: limit)
        lastActive = core.now()
    }

    /// Reads and serves until the stream ends or breaks. `serve` settles one frame.
    func read(core: Core, serve: (ByteSlice, ConnectionContext) -> Reply) async {
        do throws(FrameError) {
            while complaint == nil {
                let arrived = try await frames.next()
                if arrived.isEmpty { break }
                lastActive = core.now()
                for frame in arrived {
                    switch serve(frame, context) {
                    case .ready(.nothing): break
                    case .ready(.close(let reason)): return end(reason)
                    case let reply: replies.append(reply)
                    }
                }
                await replies.roomForMore()
            }
        } catch {
            switch error {
            case .socket, .truncated: replies.abandon()
            case .badSize(let size): end("a frame of \(size) bytes is announced")
            case .tooLarge(let size, let limit):
                end("a frame of \(size) bytes is announced, socket.request.max.bytes is \(limit)")
            }
        }
        replies.finish()
    }

    /// Sends the replies in order until there are no more.
    func write(core: Core) async {
        while let reply = await replies.next() {
            let answer: Answer
            switch reply {
            case .ready(let ready): answer = ready
            case .pending(let later): answer = await later()
            }
            var pieces: [ByteSlice]
            switch answer {
            case .nothing: continue
            case .close(let reason): return end(reason)
            case .send(let whole): pieces = whole
            }
            var bytes = pieces.reduce(0) { $0 + $1.count }
            while bytes < Limits.gatherBytes, let more = replies.nextReady() {
                pieces += more
                bytes += more.reduce(0) { $0 + $1.count }
            }
            do { try await socket.send(pieces) } catch { return close() }
            lastActive = core.now()
        }
    }

    /// Ends the connection and remembers why.
    func end(_ reason: String) {
        complaint = complaint ?? reason
        close()
    }

    /// Both tasks end soon.
    func close() {
        replies.abandon()
        socket.shutdown()
    }

    /// After both tasks have ended.
    func release() { socket.close() }
}

/// What handlers know of the connection a request came on.
struct ConnectionContext: Sendable {
    let listener: String
    let peer: SocketAddress
}
