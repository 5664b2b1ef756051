/// A record by what it says: who wrote it, as that one's how-manieth.
struct Entry: Hashable, Sendable {
    var producer: Int
    var number: Int

    init(producer: Int, number: Int) {
        self.producer = producer
        self.number = number
    }

    /// Long enough to lie across pages, now and then, and different in each place.
    var value: String {
        "\(producer):\(number):" + String(repeating: "\(number % 10)", count: number % 7 == 0 ? 3000 : 20 + number % 50)
    }

    init?(_ value: String) {
        let words = value.split(separator: ":", maxSplits: 2)
        guard words.count == 3, let producer = Int(words[0]), let number = Int(words[1]) else { return nil }
        self.init(producer: producer, number: number)
        guard value == self.value else { return nil }
    }
}

/// What the broker has promised: an offset for each acknowledged record, and what consumers were shown.
struct Ledger: Sendable {
    struct Place: Hashable, Sendable {
        var partition: Int32
        var offset: Int64
    }

    private(set) var acknowledged: [(place: Place, entry: Entry)] = []
    private(set) var consumed: [(place: Place, value: String)] = []
    /// Answers that no broker should give.
    private(set) var complaints: [String] = []

    mutating func acknowledge(_ entry: Entry, _ partition: Int32, _ offset: Int64) {
        acknowledged.append((Place(partition: partition, offset: offset), entry))
    }

    mutating func consume(_ value: String, _ partition: Int32, _ offset: Int64) {
        consumed.append((Place(partition: partition, offset: offset), value))
    }

    mutating func complain(_ text: String) { complaints.append(text) }

    /// What is wrong with `log`, a partition's records as they were read in the end.
    /// - Parameters:
    ///   - exact: producers whose records must be there once only.
    ///   - consumersToo: whether what was read has to be there, acknowledged or not. Where producers don't wait for a
    ///     sync, readers don't either, so this can't be asked for after power cuts.
    func violations(
        _ partition: Int32, _ log: [(offset: Int64, value: String)], exact: Set<Int>, consumersToo: Bool
    ) -> [String] {
        var found: [String] = []
        var latest: [Int: Int] = [:]
        for (index, record) in log.enumerated() {
            let place = "partition \(partition), offset \(record.offset)"
            if record.offset != Int64(index) { found.append("\(place): offset \(index) was expected") }
            guard let entry = Entry(record.value) else {
                found.append("\(place): not what any producer wrote")
                continue
            }
            let before = latest[entry.producer] ?? -1
            if entry.number > before {
                latest[entry.producer] = entry.number
            } else if exact.contains(entry.producer) {
                found.append("\(place): record \(entry.number) of producer \(entry.producer) after its \(before)")
            }
        }
        func value(at offset: Int64) -> String? {
            offset >= 0 && offset < Int64(log.count) ? log[Int(offset)].value : nil
        }
        for (place, entry) in acknowledged where place.partition == partition && value(at: place.offset) != entry.value
        {
            found.append(
                "partition \(partition): record \(entry.number) of producer \(entry.producer), acknowledged at "
                    + "offset \(place.offset), is lost")
        }
        guard consumersToo else { return found }
        for (place, shown) in consumed where place.partition == partition && value(at: place.offset) != shown {
            found.append("partition \(partition): what a consumer read at offset \(place.offset) is gone")
        }
        return found
    }
}
