import Bytes
import Reactor

/// One run of kafka-dump-log.sh.
struct Dump {
    let request: DumpRequest
    let files: FileSystem
    let terminal: Terminal
    var findings = DumpFindings()

    init(_ request: DumpRequest, _ files: FileSystem, _ terminal: Terminal) {
        self.request = request
        self.files = files
        self.terminal = terminal
    }

    mutating func run() throws(DumpFailure) {
        for path in request.files {
            terminal.print("Dumping \(path)")
            switch DumpPath.suffix(path) {
            case ".log", ".checkpoint": try dumpLog(path)
            case ".index": try dumpOffsetIndex(path)
            case ".timeindex": try dumpTimeIndex(path)
            case ".snapshot": try dumpProducers(path)
            case ".txnindex": try dumpAbortedTransactions(path)
            default: terminal.error("Ignoring unknown file \(path)")
            }
        }
        findings.tell { terminal.error($0) }
    }

    func open(_ path: String) throws(DumpFailure) -> File {
        do throws(Errno) {
            if try files.status(path).isDirectory { throw .isDirectory }
            return try files.open(path, .read)
        } catch { throw DumpFailure("\(path): \(error)") }
    }
}

/// What is wrong in the files that were read, told at the end, file by file.
struct DumpFindings {
    private typealias Pairs = [(first: Int64, second: Int64)]

    enum Kind: CaseIterable {
        case indexMismatch, timestampMismatch, timestampOrder, offsetNotFound, gap
    }

    private var found: [Kind: [(path: String, pairs: Pairs)]] = [:]

    mutating func note(_ kind: Kind, _ path: String, _ first: Int64, _ second: Int64) {
        var files = found.removeValue(forKey: kind) ?? []
        defer { found[kind] = files }
        guard let index = files.firstIndex(where: { $0.path == path }) else {
            files.append((path, [(first, second)]))
            return
        }
        if kind == .gap || kind == .indexMismatch, files[index].pairs.last?.first == first {
            files[index].pairs[files[index].pairs.count - 1].second = second
        } else {
            files[index].pairs.append((first, second))
        }
    }

    func tell(_ line: (String) -> Void) {
        for kind in Kind.allCases {
            for file in found[kind] ?? [] {
                line(Self.headline(kind) + DumpPath.absolute(file.path))
                for pair in Self.ordered(file.pairs, kind) { line(Self.line(kind, pair.first, pair.second)) }
            }
        }
    }

    /// Kafka keeps those two in maps: one entry for each first number, in order.
    private static func ordered(_ pairs: Pairs, _ kind: Kind) -> Pairs {
        guard kind == .gap || kind == .indexMismatch else { return pairs }
        let ascends = zip(pairs, pairs.dropFirst()).allSatisfy { $0.first < $1.first }
        if kind == .gap, ascends { return pairs }
        var latest: [Int64: Int64] = [:]
        for pair in pairs { latest[pair.first] = pair.second }
        let sorted = latest.sorted { $0.key < $1.key }.map { (first: $0.key, second: $0.value) }
        return kind == .gap ? sorted : sorted.reversed()
    }

    private static func headline(_ kind: Kind) -> String {
        switch kind {
        case .indexMismatch: "Mismatches in :"
        case .timestampMismatch: "Found timestamp mismatch in :"
        case .timestampOrder: "Found out of order timestamp in :"
        case .offsetNotFound: "The following indexed offsets are not found in :"
        case .gap: "Non-consecutive offsets in "
        }
    }

    private static func line(_ kind: Kind, _ first: Int64, _ second: Int64) -> String {
        switch kind {
        case .indexMismatch: "  Index offset: \(first), log offset: \(second)"
        case .timestampMismatch: "  Index timestamp: \(first), log timestamp: \(second)"
        case .timestampOrder: "  Index timestamp: \(first), Previously indexed timestamp: \(second)"
        case .offsetNotFound: "Indexed offset: \(first), found log offset: \(second)"
        case .gap: "  \(first) is followed by \(second)"
        }
    }
}
