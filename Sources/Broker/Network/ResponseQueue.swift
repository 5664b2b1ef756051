import Bytes

/// A connection's replies, answered in the order of their requests whichever is done first. A reader that is too far
/// ahead of its client waits.
final class ResponseQueue {
    private struct Queued {
        /// Nil once it is answered: nothing of it is kept.
        var reply: (any Reply)?
        let bytes: Int
    }

    // Unchecked: no reply that is asked touches the queue.
    @exclusivity(unchecked) private var replies: [Queued] = []
    @exclusivity(unchecked) private var head = 0
    @exclusivity(unchecked) private var heldBytes = 0
    private var isFinished = false
    /// The oldest reply, if it has been asked and has to be waited for.
    private(set) var unsettled: (any Reply)?
    private var reader: UnsafeContinuation<Void, Never>?

    private var count: Int { replies.count - head }

    /// Places taken, those of answered replies among them.
    var places: Int { replies.count }

    /// Whether more may be queued.
    var hasRoom: Bool {
        count < Limits.repliesPerConnection && heldBytes < Limits.heldBytesPerConnection || isFinished
    }

    /// All replies there will be have been answered, or dropped.
    var isDone: Bool { isFinished && count == 0 }

    /// Queues a reply that keeps so many bytes of its request. O(1) amortised.
    func append(_ reply: any Reply, holding bytes: Int = 0) {
        replies.append(Queued(reply: reply, bytes: bytes))
        heldBytes += bytes
    }

    /// Returns when so few replies wait, for so few bytes, that more may be queued.
    func roomForMore() async {
        while !hasRoom {
            await withUnsafeContinuation { continuation in
                // Asked again: a turn may have passed.
                if hasRoom { continuation.resume() } else { reader = continuation }
            }
        }
    }

    /// Writes the answers that are due and can be given, until `frames` has as many bytes as go out at once.
    /// - Returns: why the connection has to end, if it has to; nothing is answered after that.
    func write(to frames: FrameBuffer) -> String? {
        while count > 0, frames.count < Limits.gatherBytes {
            let reply = replies[head].reply
            guard let answer = reply?.write(to: frames) else {
                unsettled = reply
                return nil
            }
            pop()
            if case .close(let reason) = answer {
                abandon()
                return reason
            }
        }
        return nil
    }

    /// No more replies will come.
    func finish() {
        isFinished = true
        wakeReader()
    }

    /// Drops what hasn't been answered: the connection is broken.
    func abandon() {
        replies.removeAll()
        head = 0
        heldBytes = 0
        unsettled = nil
        finish()
    }

    private func pop() {
        unsettled = nil
        heldBytes -= replies[head].bytes
        replies[head].reply = nil
        head += 1
        if head == replies.count {
            replies.removeAll(keepingCapacity: true)
            head = 0
        } else if head >= Limits.repliesPerConnection, head > replies.count / 2 {
            // A client that always has a request under way never lets the queue run empty.
            replies.removeFirst(head)
            head = 0
        }
        if hasRoom { wakeReader() }
    }

    private func wakeReader() {
        guard let continuation = reader else { return }
        reader = nil
        continuation.resume()
    }
}
