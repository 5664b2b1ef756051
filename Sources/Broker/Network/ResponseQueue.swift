import Bytes

/// What a request's handler leaves behind once the order of its effects is settled: the next request may start.
enum Reply {
    /// The answer is here.
    case ready(Answer)
    /// The answer comes later.
    case pending(() async -> Answer)
    /// The answer comes with the end of the core's turn, as a rule.
    case settling(any SettlingReply)
}

/// A reply that can be asked whether it has come, so that several that come together leave together.
protocol SettlingReply {
    /// The answer, if there is nothing to wait for.
    func settled() -> Answer?
    /// The answer, as soon as it is there.
    func answer() async -> Answer
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
    private var replies: [(reply: Reply, bytes: Int)] = []
    private var head = 0
    private var heldBytes = 0
    private var isFinished = false
    private var writer: UnsafeContinuation<Void, Never>?
    private var reader: UnsafeContinuation<Void, Never>?

    private var count: Int { replies.count - head }

    private var hasRoom: Bool {
        count < Limits.repliesPerConnection && heldBytes < Limits.heldBytesPerConnection || isFinished
    }

    /// Queues a reply that keeps so many bytes of its request. O(1) amortised.
    func append(_ reply: Reply, holding bytes: Int = 0) {
        replies.append((reply, bytes))
        heldBytes += bytes
        wake(&writer)
    }

    /// Returns when so few replies wait, for so few bytes, that more may be queued.
    func roomForMore() async {
        while !hasRoom {
            await withUnsafeContinuation { continuation in
                // Asked again: the way here may have led through the run queue.
                if hasRoom { continuation.resume() } else { reader = continuation }
            }
        }
    }

    /// The connection ends for this reason once all replies so far are sent.
    func close(_ reason: String) {
        append(.ready(.close(reason)))
        finish()
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
        heldBytes = 0
        finish()
    }

    /// The oldest reply, waiting for one; nil once finished and empty.
    func next() async -> Reply? {
        while count == 0 {
            if isFinished { return nil }
            await withUnsafeContinuation { continuation in
                // Asked again, as above.
                if count > 0 || isFinished { continuation.resume() } else { writer = continuation }
            }
        }
        return pop()
    }

    /// The oldest reply's answer if it is here now.
    func nextReady() -> Answer? {
        guard count > 0 else { return nil }
        let answer: Answer
        switch replies[head].reply {
        case .ready(let ready): answer = ready
        case .pending: return nil
        case .settling(let reply):
            guard let settled = reply.settled() else { return nil }
            answer = settled
        }
        _ = pop()
        return answer
    }

    private func pop() -> Reply {
        let (reply, bytes) = replies[head]
        replies[head].reply = .ready(.nothing)
        heldBytes -= bytes
        head += 1
        if head == replies.count {
            replies.removeAll(keepingCapacity: true)
            head = 0
        }
        if hasRoom { wake(&reader) }
        return reply
    }

    private func wake(_ waiter: inout UnsafeContinuation<Void, Never>?) {
        guard let continuation = waiter else { return }
        waiter = nil
        continuation.resume()
    }
}
