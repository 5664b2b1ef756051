import LogEngine
import Reactor

/// A partition's log on its way to another data directory, on the core that owns it: a second log copies the first in
/// slices until both are level, then takes its place between two turns. Producers and readers go on meanwhile.
final class ReplicaMove {
    enum End {
        /// The partition works with the copy; what is left of the old log lies at the path.
        case moved(ReplicaPlace, old: String)
        case stopped
        case failed(LogError)
    }

    let partition: Partition
    let future: FutureReplica
    private(set) var log: Log?
    private let rate: ByteRate
    private var isStopping = false
    private let gate = Gate()

    /// - Parameter rate: for all moves.
    init(_ partition: Partition, to future: FutureReplica, rate: ByteRate) {
        self.partition = partition
        self.future = future
        self.rate = rate
    }

    /// False when the move was stopped before it began. Otherwise ``stop()`` waits for ``leave()``.
    func enter() -> Bool { gate.enter() }

    func leave() { gate.leave() }

    /// Copies until the partition works with the copy, or until ``stop()``.
    ///
    /// - Parameters:
    ///   - budget: what all moves of the core may have in memory.
    ///   - saveCheckpoints: writes them; the directory's may still speak of an earlier stay of the replica.
    func run(
        on context: LogContext, budget: Budget, logger: Logger, saveCheckpoints: () async -> Void
    ) async -> End {
        let source = partition.log
        await source.beginMove()
        defer { source.endMove() }
        do throws(LogError) {
            let copy = try await open(context)
            log = copy
            await saveCheckpoints()
            return try await follow(copy, context.core, budget, logger)
        } catch { return isStopping ? .stopped : .failed(error) }
    }

    private func open(_ context: LogContext) async throws(LogError) -> Log {
        var opening = LogOpening()
        if let found = future.found {
            opening = found.opening(partition.log.config, topicID: partition.topicID)
        } else {
            opening.config = partition.log.config
            opening.topicID = partition.topicID
            opening.startOffset = partition.log.firstBaseOffset
        }
        let copy = try await Log.open(future.path, opening, context, health: future.health)
        if copy.endOffset > partition.log.endOffset {
            // Records that a power cut took from the original.
            try await copy.truncateFully(startingAt: partition.log.firstBaseOffset)
        }
        return copy
    }

    private func follow(
        _ copy: Log, _ core: Core, _ budget: Budget, _ logger: Logger
    ) async throws(LogError) -> End {
        var attempts = 0
        var isFlushed = false
        var isWaitingForRoom = false
        defer { partition.isHoldingAppends = false }
        while !isStopping, !core.isHalted {
            let source = partition.log
            var bytes = 0
            do throws(LogError) {
                bytes = try await slice(of: source, to: copy, budget)
                isWaitingForRoom = false
            } catch {
                guard error.isPassing, !isStopping, !core.isHalted else { throw error }
                if !isWaitingForRoom {
                    logger.warn("the move of \(partition.name) to \(future.directory) waits: \(error)")
                }
                isWaitingForRoom = true
                await rest(5000, core)
                continue
            }
            if bytes > 0 {
                await pause(after: bytes, core)
                if copy.endOffset < source.endOffset { continue }
            }
            if !isFlushed {
                // All but what comes in meanwhile is to be on the device before the original goes.
                do throws(LogError) { try await copy.flush() } catch { if !error.isPassing { throw error } }
                isFlushed = true
                continue
            }
            guard !isStopping else { break }
            isFlushed = false
            if copy.isLevel(with: source) {
                let place = try takePlace(copy, core)
                await source.abandon()
                return .moved(place, old: source.directory)
            }
            attempts += 1
            if attempts > Limits.moveAttempts { partition.isHoldingAppends = true }
            await core.sleep(milliseconds: 1)
        }
        return .stopped
    }

    private func slice(of source: Log, to copy: Log, _ budget: Budget) async throws(LogError) -> Int {
        let taken = await budget.take(Limits.moveBytes)
        defer { budget.give(taken) }
        return try await copy.copy(from: source, maxBytes: Limits.moveBytes)
    }

    /// Rests until `bytes` are paid for, for a turn at least.
    private func pause(after bytes: Int, _ core: Core) async {
        let mark = rate.spend(bytes, at: core.now())
        await core.sleep(until: core.now())
        while case let now = core.now(), case let due = rate.due(mark, at: now), due > now, !isStopping,
            !core.isHalted
        {
            await core.sleep(until: min(due, now.adding(milliseconds: 100)))
        }
    }

    private func rest(_ milliseconds: Int64, _ core: Core) async {
        let end = core.now().adding(milliseconds: milliseconds)
        while !isStopping, !core.isHalted, core.now() < end {
            await core.sleep(milliseconds: max(1, min(100, end.milliseconds(since: core.now()))))
        }
    }

    /// No suspension from here to the end: nothing can be appended in between.
    private func takePlace(_ copy: Log, _ core: Core) throws(LogError) -> ReplicaPlace {
        let name = PartitionDirectoryName(partition.name, .delete, random: (core.random(), core.random()))
        try copy.takePlace(of: partition.log, movedTo: partition.directory + "/" + name.text)
        let place = future.place(of: partition.name)
        partition.adopt(copy, in: place.directory)
        log = nil
        return place
    }

    /// Ends the copying and returns when nothing of the move is under way. The copy stays open, if it has not become
    /// the partition's log.
    func stop() async {
        isStopping = true
        await gate.close()
    }
}
