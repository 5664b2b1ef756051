/// What transactional producers did and were told, and what was shown of it.
struct TransactionLedger: Sendable {
    typealias Place = Ledger.Place

    enum Isolation: Int8, Sendable, CaseIterable {
        case readUncommitted = 0
        case readCommitted = 1
    }

    enum Outcome: Sendable {
        /// Nobody asked for it to be committed, or whoever did was refused.
        case never
        /// Somebody asked, and has no answer.
        case unknown
        case committed
    }

    struct Transaction: Sendable {
        var producer: Int
        var outcome = Outcome.never
        var records: [(partition: Int32, entry: Entry)] = []
        var commitsOffset = false
    }

    /// A group's offset is the number of the last transaction that committed one.
    struct SeenOffset: Sendable {
        var producer: Int
        var offset: Int64
        /// The transaction after whose end it was read, before any other began.
        var after: Int
    }

    private(set) var transactions: [Transaction] = []
    private(set) var acknowledged: [(place: Place, entry: Entry)] = []
    private(set) var shown: [Isolation: [(place: Place, value: String)]] = [:]
    private(set) var offsets: [SeenOffset] = []
    /// Answers that no broker should give.
    private(set) var complaints: [String] = []
    /// By producer, how many records it has tried to write.
    private(set) var counts: [Int: Int] = [:]

    /// - Returns: the transaction's number.
    mutating func begin(producer: Int) -> Int {
        transactions.append(Transaction(producer: producer))
        return transactions.count - 1
    }

    /// The next records of a transaction, about to be sent.
    mutating func write(_ count: Int, _ partition: Int32, in number: Int) -> [Entry] {
        let producer = transactions[number].producer
        let first = counts[producer, default: 0]
        counts[producer] = first + count
        let entries = (first..<first + count).map { Entry(producer: producer, number: $0) }
        transactions[number].records += entries.map { (partition, $0) }
        return entries
    }

    mutating func acknowledge(_ entries: [Entry], _ partition: Int32, _ baseOffset: Int64) {
        for (index, entry) in entries.enumerated() {
            acknowledged.append((Place(partition: partition, offset: baseOffset + Int64(index)), entry))
        }
    }

    mutating func commitsOffset(_ number: Int) { transactions[number].commitsOffset = true }

    mutating func conclude(_ number: Int, _ outcome: Outcome) { transactions[number].outcome = outcome }

    mutating func show(_ value: String, _ partition: Int32, _ offset: Int64, _ isolation: Isolation) {
        shown[isolation, default: []].append((Place(partition: partition, offset: offset), value))
    }

    mutating func see(offset: Int64, of producer: Int, after number: Int) {
        offsets.append(SeenOffset(producer: producer, offset: offset, after: number))
    }

    mutating func complain(_ text: String) {
        if complaints.count < 20 { complaints.append(text) }
    }
}
