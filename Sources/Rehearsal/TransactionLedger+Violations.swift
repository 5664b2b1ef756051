/// What is there in the end.
struct TransactionalEnd: Sendable {
    typealias Log = [(offset: Int64, value: String)]

    /// By partition, as each isolation shows it.
    var logs: [TransactionLedger.Isolation: [Log]] = [:]
    /// By producer: the offset of its group, −1 for none.
    var offsets: [Int: Int64] = [:]
}

extension TransactionLedger {
    /// What is wrong with what was found in the end, when nothing is open any more.
    func violations(_ end: TransactionalEnd) -> [String] {
        var values: [Isolation: [Place: String]] = [:]
        var found: [String] = []
        for isolation in Isolation.allCases {
            for (partition, log) in (end.logs[isolation] ?? []).enumerated() {
                found += disorder(Int32(partition), log, isolation)
                for record in log {
                    values[isolation, default: [:]][Place(partition: Int32(partition), offset: record.offset)] =
                        record.value
                }
            }
        }
        let all = values[.readUncommitted] ?? [:]
        let committed = values[.readCommitted] ?? [:]
        for (place, entry) in acknowledged where all[place] != entry.value {
            found.append("\(place): \(entry), acknowledged there, is lost")
        }
        for (place, value) in (shown[.readUncommitted] ?? []) where all[place] != value {
            found.append("\(place): what a consumer read uncommitted is gone")
        }
        for (place, value) in (shown[.readCommitted] ?? []) where committed[place] != value {
            found.append("\(place): what a consumer read committed is gone")
        }
        for (place, value) in committed where all[place] != value {
            found.append("\(place): shown read committed only")
        }
        let present = Set(committed.map { place, value in Shown(partition: place.partition, value: value) })
        let areShown = transactions.indices.map { isShown($0, present, &found) }
        found += wrongOffsets(end.offsets, areShown)
        return found.sorted()
    }

    private struct Shown: Hashable {
        var partition: Int32
        var value: String
    }

    /// Each producer's records have to be in its order, and there once.
    private func disorder(_ partition: Int32, _ log: TransactionalEnd.Log, _ isolation: Isolation) -> [String] {
        var found: [String] = []
        var latest: [Int: Int] = [:]
        var offset: Int64 = -1
        for record in log {
            let place = Place(partition: partition, offset: record.offset)
            if record.offset <= offset { found.append("\(place): after offset \(offset), \(isolation)") }
            offset = record.offset
            guard let entry = Entry(record.value), counts[entry.producer, default: 0] > entry.number else {
                found.append("\(place): not what any producer wrote")
                continue
            }
            let before = latest.updateValue(entry.number, forKey: entry.producer) ?? -1
            if entry.number <= before { found.append("\(place): \(entry) after its \(before), \(isolation)") }
        }
        return found
    }

    /// Whether the transaction is there, read committed; adds to `found` if it ought not, or ought.
    private func isShown(_ number: Int, _ present: Set<Shown>, _ found: inout [String]) -> Bool {
        let transaction = transactions[number]
        let count = transaction.records.count { partition, entry in
            present.contains(Shown(partition: partition, value: entry.value))
        }
        let name = "transaction \(number) of producer \(transaction.producer)"
        let share = "\(count) of its \(transaction.records.count) records"
        switch transaction.outcome {
        case .committed where count < transaction.records.count:
            found.append("\(name), whose commit was acknowledged, is lost: \(share) are there")
        case .never where count > 0: found.append("\(name), which was never committed, is shown: \(share)")
        case .unknown where count > 0 && count < transaction.records.count:
            found.append("\(name) is torn: \(share) are there")
        default: break
        }
        return count > 0
    }

    private func wrongOffsets(_ offsets: [Int: Int64], _ areShown: [Bool]) -> [String] {
        func expected(_ producer: Int, upTo end: Int) -> Int64 {
            let last = transactions.indices.prefix(end).last {
                transactions[$0].producer == producer && transactions[$0].commitsOffset && areShown[$0]
            }
            return Int64(last ?? -1)
        }
        var found: [String] = []
        for (producer, offset) in offsets {
            let right = expected(producer, upTo: transactions.count)
            if offset != right { found.append("the offset of producer \(producer) is \(offset), not \(right)") }
        }
        for seen in self.offsets {
            let right = expected(seen.producer, upTo: seen.after + 1)
            guard seen.offset != right else { continue }
            found.append(
                "after transaction \(seen.after) the offset of producer \(seen.producer) was \(seen.offset), "
                    + "not \(right)")
        }
        return found
    }
}

extension Ledger.Place: CustomStringConvertible {
    var description: String { "partition \(partition), offset \(offset)" }
}

extension Entry: CustomStringConvertible {
    var description: String { "record \(number) of producer \(producer)" }
}
