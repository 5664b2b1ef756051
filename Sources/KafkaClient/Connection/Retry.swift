import KafkaProtocol
package import Reactor

/// Pauses between attempts, each longer than the last up to a bound, until a deadline.
package struct Backoff {
    private let core: Core
    private let first: Int64
    private let longest: Int64
    private let deadline: Instant
    private var attempts: Int64 = 0

    package init(_ core: Core, _ configuration: ClientConfiguration, deadline: Instant) {
        self.core = core
        first = configuration.retryBackoffMilliseconds
        longest = configuration.retryBackoffMaximumMilliseconds
        self.deadline = deadline
    }

    package var isOver: Bool { core.now() >= deadline || core.isHalted }

    /// Waits; false when the deadline leaves no time for another attempt.
    package mutating func wait() async -> Bool {
        guard !isOver else { return false }
        let doubled = first << min(attempts, 20)
        let pause = min(max(doubled, first), max(longest, first))
        attempts += 1
        // A fifth more or less, so that clients that failed together don't come back together.
        let spread = pause / 5 > 0 ? Int64(core.random() % UInt64(pause / 5 * 2 + 1)) - pause / 5 : 0
        await core.sleep(until: min(core.now().adding(milliseconds: pause + spread), deadline))
        return !isOver
    }
}
