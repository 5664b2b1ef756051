import Bytes

/// What a request's handler leaves behind once the order of its effects is settled: the next request may start.
enum Reply {
    /// The answer is here.
    case ready(Answer)
    /// The answer comes later.
    case pending(() async -> Answer)
}

/// What goes back to a client.
enum Answer {
    case send([ByteSlice])
    /// No answer is due (acks=0).
    case nothing
    /// The connection can't go on, for this reason.
    case close(String)
}

/// A connection's replies, sent in the order of their requests whichever is done first. A reader that is too far ahead
/// of its client waits.
final class ResponseQueue {
    private var replies: [Reply] = []
    private var head = 0
    private var isFinished = false
    private var writer: UnsafeContinuation<Void, Never>?
    private var reader: UnsafeContinuation<Void, Never>?

    private var count: Int { replies.count - head }

    /// Queues a reply. O(1) amortised.
    func append(_ reply: Reply) {
        replies.append(reply)
        wake(&writer)
    }

    /// Returns when so few replies wait that more may be queued.
    func roomForMore() async {
        while count >= Limits.repliesPerConnection, !isFinished {
            await withUnsafeContinuation { reader = $0 }
        }
    }

    /// No more replies will come.
    func finish() {
        isFinished = true
        wake(&writer)
        wake(&reader)
    }

    /// Drops what hasn't been sent: the connection is broken.
    func abandon() {
        replies.removeAll()
        head = 0
        finish()
    }

    /// The oldest reply, waiting for one; nil once finished and empty.
    func next() async -> Reply? {
        while count == 0 {
            if isFinished { return nil }
            await withUnsafeContinuation { writer = $0 }
        }
        return pop()
    }

    /// The bytes of the oldest reply if it is here now.
    func nextReady() -> [ByteSlice]? {
        guard count > 0, case .ready(.send(let pieces)) = replies[head] else { return nil }
        _ = pop()
        return pieces
    }

    private func pop() -> Reply {
        let reply = replies[head]
        replies[head] = .ready(.nothing)
        head += 1
        if head == replies.count {
            replies.removeAll(keepingCapacity: true)
            head = 0
        }
        if count < Limits.repliesPerConnection { wake(&reader) }
        return reply
    }

    private func wake(_ waiter: inout UnsafeContinuation<Void, Never>?) {
        guard let continuation = waiter else { return }
        waiter = nil
        continuation.resume()
    }
}
