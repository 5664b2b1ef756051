/// How one task is called when there is work for it. Calls made before it waits aren't lost, several are one. Of one
/// core.
final class Call {
    private var isMade = false
    private var waiter: UnsafeContinuation<Void, Never>?

    func make() {
        isMade = true
        waiter?.resume()
        waiter = nil
    }

    /// Returns once a call was made since the last return.
    func wait() async {
        while !isMade {
            await withUnsafeContinuation { continuation in
                // Asked again: a turn may have passed.
                if isMade { continuation.resume() } else { waiter = continuation }
            }
        }
        isMade = false
    }
}
