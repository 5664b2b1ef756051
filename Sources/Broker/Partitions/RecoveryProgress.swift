import LogEngine
import Reactor

/// Says now and then how far a core is with the logs that an unclean stop has left.
final class RecoveryProgress {
    private let core: Core
    private let context: LogContext
    private let logger: Logger
    private let began: Instant
    private let bytesBefore: Int
    /// What there is to check: nothing for those that aren't listed.
    private var unflushed: [TopicPartition: Int] = [:]
    private let total: Int
    private var begun = 0
    private var timer: Timer?

    init(_ assignments: [PartitionAssignment], context: LogContext, logger: Logger) {
        core = context.core
        self.context = context
        self.logger = logger
        began = core.now()
        bytesBefore = context.recoveredBytes
        for assignment in assignments {
            guard let found = assignment.place.found, !found.wasClean, found.closed == nil else { continue }
            unflushed[assignment.name] = found.unflushedBytes(context.core.files)
        }
        total = unflushed.values.reduce(0, +)
        rearm()
    }

    private var gigabytes: (done: String, all: String) {
        (Self.gigabytes(min(context.recoveredBytes - bytesBefore, total)), Self.gigabytes(total))
    }

    func begin(_ partition: TopicPartition) {
        if unflushed[partition] != nil { begun += 1 }
    }

    private func rearm() {
        guard total > 0 else { return }
        timer = core.schedule(at: core.now().adding(milliseconds: Limits.progressMilliseconds)) { [weak self] in
            guard let self, !core.isHalted else { return }
            logger.info(
                "recovering \(begun) of \(unflushed.count) logs, \(gigabytes.done) of \(gigabytes.all) GB, core "
                    + "\(core.index)")
            rearm()
        }
    }

    func end() {
        timer?.cancel()
        timer = nil
        guard total > 0, !core.isHalted else { return }
        logger.info(
            "recovered \(unflushed.count) logs, \(gigabytes.all) GB checked in "
                + "\(core.now().milliseconds(since: began)) ms, core \(core.index)")
    }

    private static func gigabytes(_ bytes: Int) -> String {
        let hundredths = bytes / 10_000_000
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }
}
