package import Bytes
package import KafkaProtocol

/// Reading the partition, from its beginning, into a fresh machine; and showing what is known.
extension TransactionMachine {
    /// One record. Keys of later versions are stepped over; a record that can't be read throws, and leaves the machine
    /// as it was.
    package func replay(key: ByteSlice, value: ByteSlice?) throws(CodingError) {
        guard let (version, body) = Self.versioned(key) else {
            throw CodingError(position: 0, field: "version", reason: .truncated)
        }
        guard version == 0 else { return }
        var position = body
        let id = try TransactionLogKey(decoding: key, at: &position, version: 0).transactionalID
        guard let value else {
            transactions[id] = nil
            return
        }
        guard let (version, body) = Self.versioned(value) else {
            throw CodingError(position: 0, field: "version", reason: .truncated)
        }
        position = body
        let metadata = try TransactionMetadata(TransactionLogValue(decoding: value, at: &position, version: version))
        transactions[id] = Transaction(id, metadata)
    }

    private static func versioned(_ bytes: ByteSlice) -> (version: Int16, body: Int)? {
        bytes.count >= 2 ? (Int16(bytes[0]) << 8 | Int16(bytes[1]), 2) : nil
    }

    // MARK: Showing

    package func describe(_ id: String) -> DescribeTransactionsResponse.TransactionState {
        DescribeTransactionsResponse.TransactionState {
            $0.transactionalID = id
            guard !id.isEmpty else { return $0.errorCode = KafkaError.invalidRequest.code }
            guard !isGone else { return $0.errorCode = KafkaError.notCoordinator.code }
            guard isLoaded else { return $0.errorCode = KafkaError.coordinatorLoadInProgress.code }
            guard let transaction = transactions[id] else {
                return $0.errorCode = KafkaError.transactionalIDNotFound.code
            }
            let metadata = transaction.metadata
            $0.transactionState = metadata.state.name
            $0.transactionTimeoutMilliseconds = metadata.timeoutMilliseconds
            $0.transactionStartTimeMilliseconds = metadata.startTimestamp
            $0.producerID = metadata.producerID
            $0.producerEpoch = metadata.producerEpoch
            $0.topics = (metadata.value(version: 1).transactionPartitions ?? []).map { topic in
                DescribeTransactionsResponse.Topic {
                    $0.topic = topic.topic
                    $0.partitions = topic.partitionIDs
                }
            }
        }
    }

    /// Those that all filters let pass; an empty filter does. Ordered by id.
    /// - Parameter olderThan: milliseconds; negative for all.
    package func list(
        states: [TransactionState], filtersStates: Bool, producerIDs: [Int64], olderThan milliseconds: Int64,
        at moment: Moment
    ) -> [ListTransactionsResponse.TransactionState] {
        let producerIDs = Set(producerIDs)
        return transactions.sorted { $0.key < $1.key }.compactMap { id, transaction in
            let metadata = transaction.metadata
            if !producerIDs.isEmpty, !producerIDs.contains(metadata.producerID) { return nil }
            if filtersStates, !states.contains(metadata.state) { return nil }
            if milliseconds >= 0,
                moment.wallClockMilliseconds.subtractingReportingOverflow(metadata.startTimestamp).partialValue
                    <= milliseconds
            {
                return nil
            }
            return ListTransactionsResponse.TransactionState {
                $0.transactionalID = id
                $0.producerID = metadata.producerID
                $0.transactionState = metadata.state.name
            }
        }
    }
}
