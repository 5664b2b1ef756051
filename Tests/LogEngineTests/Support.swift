import Bytes
import Glibc
import LogEngine
import Reactor
import Records

/// Whether `MOLDAU_SOAK` asks for long forms of randomised tests.
let isSoak = getenv("MOLDAU_SOAK") != nil

/// Runs `body` on a core of its own.
func withCore<Value: Sendable>(_ body: @Sendable @escaping (Core) async throws -> Value) async throws -> Value {
    let set = try CoreSet(CoreOptions(count: 1))
    defer { set.stop() }
    let core = set.cores[0]
    return try await withCheckedThrowingContinuation { continuation in
        core.spawn {
            do { continuation.resume(returning: try await body(core)) } catch { continuation.resume(throwing: error) }
        }
    }
}

/// A fresh directory on the machine's disk, gone afterwards.
func withDirectory<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    var template = Array("/tmp/moldau-log-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw Errno(rawValue: errno) }
    let path = String(cString: made)
    defer { removeTree(path) }
    return try await body(path)
}

func removeTree(_ path: String) {
    if let stream = opendir(path) {
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { removeTree(path + "/" + name) }
        }
        closedir(stream)
        rmdir(path)
    } else {
        unlink(path)
    }
}

/// A core and a directory for the body.
func withLogs(_ body: @Sendable @escaping (LogContext, String) async throws -> Void) async throws {
    try await withDirectory { directory in
        try await withCore { core in try await body(LogContext(core: core), directory) }
    }
}

extension Log {
    static func open(_ directory: String, _ opening: LogOpening, _ context: LogContext) async throws(LogError) -> Log {
        try await open(directory, opening, context, health: DirectoryHealth())
    }

    static func open(
        _ directory: String, _ config: LogConfig, clean: Bool = true, recoveryPoint: Int64 = 0, _ context: LogContext
    ) async throws(LogError) -> Log {
        var opening = LogOpening()
        opening.config = config
        opening.wasClean = clean
        opening.recoveryPoint = recoveryPoint
        return try await open(directory, opening, context)
    }

    static func open(_ directory: String, _ context: LogContext) async throws(LogError) -> Log {
        try await open(directory, LogConfig(), context)
    }

    /// Everything from `offset` to the end, batch by batch.
    func batches(from offset: Int64? = nil, maxBytes: Int = 1 << 30) async throws -> [RecordBatch] {
        var found: [RecordBatch] = []
        var next = offset ?? startOffset
        while next < endOffset {
            let pieces = try await read(from: next, maxBytes: maxBytes, upTo: endOffset)
            if pieces.isEmpty { break }
            var writer = ByteWriter()
            for piece in pieces { writer.bytes(piece) }
            var iterator = BatchIterator(writer.finish())
            let before = next
            while let batch = try iterator.nextBatch() {
                if batch.header.lastOffset >= next { found.append(batch) }
                next = max(next, batch.header.endOffset)
            }
            if next == before { break }
        }
        return found
    }

    func records(from offset: Int64? = nil, maxBytes: Int = 1 << 30) async throws -> [Record] {
        let decompressor = Decompressor()
        return try await batches(from: offset, maxBytes: maxBytes).filter { !$0.header.attributes.isControl }
            .flatMap { try $0.records(with: decompressor) }
            .filter { $0.offset >= offset ?? startOffset }
    }

    /// Appends and waits until it is written.
    @discardableResult
    func add(_ batch: CheckedBatch, epoch: Int32 = 0) async throws -> AppendResult {
        let result = try append(batch, leaderEpoch: epoch)
        try await result.written()
        return result
    }
}

/// A batch as a producer sends it, checked.
func batch(
    _ count: Int = 1, bytes: Int = 20, timestamp: Int64 = 1000, producer: (id: Int64, epoch: Int16)? = nil,
    sequence: Int32 = 0, transactional: Bool = false, value: String? = nil
) throws -> CheckedBatch {
    var fields = BatchBuilder.Fields()
    if let producer {
        fields.producerID = producer.id
        fields.producerEpoch = producer.epoch
        fields.baseSequence = sequence
        fields.isTransactional = transactional
    }
    let builder = BatchBuilder(fields)
    for index in 0..<count {
        let text = value ?? String(repeating: "v", count: bytes)
        builder.append(
            timestamp: timestamp + Int64(index), key: ByteSlice(utf8: "k\(index)"), value: ByteSlice(utf8: text))
    }
    var rules = BatchRules()
    rules.timestampAfterMaxMilliseconds = .max
    rules.maxMessageBytes = 64 << 20
    return try BatchCheck().append(builder.finish().bytes, rules, now: timestamp)
}

func marker(
    commit: Bool, _ producer: (id: Int64, epoch: Int16), coordinatorEpoch: Int32 = 0, timestamp: Int64 = 1000
) throws -> CheckedBatch {
    let marker = EndTransactionMarker(isCommit: commit, coordinatorEpoch: coordinatorEpoch)
    return try BatchCheck.replica(
        marker.batch(producerID: producer.id, producerEpoch: producer.epoch, timestamp: timestamp).bytes)
}

/// Small pseudo-random numbers from a seed that a failing test prints.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
