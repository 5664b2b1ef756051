extension BatchRules {
    /// Whether every timestamp from `earliest` to `latest` may be appended at `now`. `earliest` is `Int64.max` and
    /// `latest` −1 when no record has one.
    func allow(_ earliest: Int64, _ latest: Int64, now: Int64) -> Bool {
        (earliest == .max || !isTooOld(earliest, now: now)) && (latest == -1 || !isTooNew(latest, now: now))
    }

    func isTooOld(_ timestamp: Int64, now: Int64) -> Bool {
        Self.difference(now, timestamp) > timestampBeforeMaxMilliseconds
    }

    func isTooNew(_ timestamp: Int64, now: Int64) -> Bool {
        Self.difference(timestamp, now) > timestampAfterMaxMilliseconds
    }

    /// `left − right`, or the nearest number there is.
    private static func difference(_ left: Int64, _ right: Int64) -> Int64 {
        let (difference, overflow) = left.subtractingReportingOverflow(right)
        guard overflow else { return difference }
        return left < right ? .min : .max
    }
}

extension BatchCheck {
    /// Goes through a batch that the scan found at fault once more, to tell the producer which records it was.
    func reject(_ batch: RecordBatch, _ rules: BatchRules, now: Int64) throws(BatchError) {
        var rejected: [BatchError.Rejected] = []
        var count = 0
        var isTimestamp = false
        let isLogAppendTime = batch.header.attributes.timestampType == .logAppendTime
        do {
            var iterator = try RecordIterator(batch, with: decompressor, limit: rules.uncompressedLimit)
            while let record = try iterator.next() {
                let message: String
                if rules.requiresKeys, record.key == nil {
                    message = "A compacted topic needs a key in every record."
                } else if isLogAppendTime {
                    message = "A producer doesn't set the timestamp type LogAppendTime."
                    isTimestamp = true
                } else if rules.timestampType == .createTime, record.timestamp != -1,
                    rules.isTooOld(record.timestamp, now: now) || rules.isTooNew(record.timestamp, now: now)
                {
                    message = "The timestamp \(record.timestamp) is too far from the broker's clock, \(now)."
                    isTimestamp = true
                } else {
                    continue
                }
                count += 1
                if rejected.count < RecordLimits.recordErrors {
                    rejected.append(BatchError.Rejected(index: Int32(iterator.index - 1), message: message))
                }
            }
        } catch { throw BatchError(error) }
        guard count > 0 else { return }
        if isTimestamp {
            throw BatchError(
                .invalidTimestamp, "Invalid timestamps: \(count) of the batch's records are rejected.",
                recordErrors: rejected)
        }
        throw BatchError(
            .invalidRecord, "\(count) of the batch's records are rejected. \(rejected.first?.message ?? "")",
            recordErrors: rejected)
    }
}
