import Synchronization

/// So many bytes a second for all who share it: whoever has moved some rests until they, and those of others before
/// them, are paid for. What is owed is bytes, not time, so a new rate holds at once. For any thread.
///
///     let mark = rate.spend(bytes, at: core.now())
///     while rate.due(mark, at: core.now()) > core.now() { await core.sleep(milliseconds: 100) }
public final class ByteRate: Sendable {
    private struct Account {
        var bytesPerSecond: Double
        var spent = 0.0
        var paid = 0.0
        var settled = Instant(nanoseconds: 0)

        /// Nothing is put by: an idle time pays for nothing that comes later.
        mutating func settle(at now: Instant) {
            guard now > settled else { return }
            paid = min(spent, paid + Double(now.nanoseconds - settled.nanoseconds) / 1e9 * bytesPerSecond)
            settled = now
        }
    }

    private let account: Mutex<Account>

    public init(bytesPerSecond: Double = .greatestFiniteMagnitude) {
        account = Mutex(Account(bytesPerSecond: Self.bounded(bytesPerSecond)))
    }

    /// Changes the rate, to one byte a second at least.
    public func set(bytesPerSecond: Double, at now: Instant) {
        account.withLock {
            $0.settle(at: now)
            $0.bytesPerSecond = Self.bounded(bytesPerSecond)
        }
    }

    /// What is no number is the least, too.
    private static func bounded(_ rate: Double) -> Double { rate >= 1 ? rate : 1 }

    /// Counts bytes that were moved.
    /// - Returns: up to where has to be paid, for ``due(_:at:)``.
    public func spend(_ bytes: Int, at now: Instant) -> Double {
        account.withLock {
            $0.settle(at: now)
            $0.spent += Double(max(bytes, 0))
            return $0.spent
        }
    }

    /// When all up to `mark` will be paid if the rate stays; `now` if it is.
    public func due(_ mark: Double, at now: Instant) -> Instant {
        account.withLock {
            $0.settle(at: now)
            guard mark > $0.paid else { return now }
            return now.adding(nanoseconds: UInt64(min((mark - $0.paid) / $0.bytesPerSecond * 1e9, 1e18).rounded(.up)))
        }
    }
}
