import Glibc

/// What a process has used so far: wall clock, and the CPU time of all its threads, the kernel's workers for its rings
/// among them. Nanoseconds.
private struct Usage {
    var wall: Double
    var cpu: Double

    init() {
        wall = Self.read(CLOCK_MONOTONIC)
        cpu = Self.read(CLOCK_PROCESS_CPUTIME_ID)
    }

    private static func read(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
    }
}

/// What several runs of the same work have used.
private struct Runs {
    private var walls: [Double] = []
    private var cpus: [Double] = []

    var medianWall: Double { walls.sorted()[walls.count / 2] }
    var medianCPU: Double { cpus.sorted()[cpus.count / 2] }

    /// The median of what each run used, divided by what its neighbour among `others` did.
    func medianRatio(to others: Runs) -> Double {
        let ratios = zip(cpus, others.cpus).map { $0 / $1 }.sorted()
        return ratios[ratios.count / 2]
    }

    mutating func measure(_ body: () async throws -> Void) async rethrows {
        let before = Usage()
        try await body()
        let after = Usage()
        walls.append(after.wall - before.wall)
        cpus.append(after.cpu - before.cpu)
    }
}

/// Measures things and prints what they cost as one Markdown table.
final class Table {
    private static let runs = 7
    private static let slices = 32
    /// A run shorter than this says more about the clock than about what it measures.
    private static let shortestRun = 6e7

    private var rows: [String] = []

    /// The costs of one `body` operation of `bytes` each: the medians of several runs of as many as take a while.
    func measure(_ name: String, bytes: Int = 0, _ body: (_ count: Int) async throws -> Void) async rethrows {
        var count = 1
        // A core that has just been busy answers faster than one that sleeps: up quickly, then down to what lasts.
        while try await time(body, count) < Self.shortestRun {
            precondition(count < 1 << 40, "\(name): nothing is left of it to be measured")
            count *= 2
        }
        while count > 1, try await time(body, count) > 4 * Self.shortestRun { count /= 2 }
        try await measure(name, count: count, bytes: bytes, prepare: {}) { try await body(count) }
    }

    private func time(_ body: (_ count: Int) async throws -> Void, _ count: Int) async rethrows -> Double {
        let before = Usage()
        try await body(count)
        return Usage().wall - before.wall
    }

    /// The same, where each run is `count` operations in one `body` and needs something prepared.
    func measure<Prepared>(
        _ name: String, count: Int, bytes: Int = 0, prepare: () async throws -> Prepared,
        _ body: (Prepared) async throws -> Void
    ) async rethrows {
        var runs = Runs()
        for _ in 0..<Self.runs {
            let prepared = try await prepare()
            try await runs.measure { try await body(prepared) }
        }
        add(name, runs, count: count, bytes: bytes)
    }

    /// Two ways to do `count` operations, a slice of them in turns: what the machine does besides meets both. The
    /// second is the one that is measured beside the first; its ratio is the median of the slices'.
    func compare<First, Second>(
        count: Int, bytes: Int,
        _ firstName: String, prepare: () async throws -> First, _ first: (First, _ count: Int) async throws -> Void,
        _ secondName: String, prepareSecond: () async throws -> Second,
        _ second: (Second, _ count: Int) async throws -> Void, finish: (Second) async throws -> Void
    ) async rethrows {
        let slice = max(count / Self.slices, 1)
        var runs = (first: Runs(), second: Runs())
        for _ in 0..<Self.runs {
            let (prepared, preparedSecond) = (try await prepare(), try await prepareSecond())
            for number in 0..<Self.slices {
                if number % 2 == 0 { try await runs.first.measure { try await first(prepared, slice) } }
                try await runs.second.measure { try await second(preparedSecond, slice) }
                if number % 2 == 1 { try await runs.first.measure { try await first(prepared, slice) } }
            }
            try await finish(preparedSecond)
        }
        add(firstName, runs.first, count: slice, bytes: bytes)
        add(secondName, runs.second, count: slice, bytes: bytes, beside: runs.first)
    }

    private func add(_ name: String, _ runs: Runs, count: Int, bytes: Int, beside first: Runs? = nil) {
        let wall = runs.medianWall / Double(count)
        let cpu = runs.medianCPU / Double(count)
        let rate = bytes > 0 ? "\(Int(Double(bytes) / wall * 1000)) MB/s" : ""
        let perGigabyte = bytes > 0 ? "\(Self.rounded(cpu / Double(bytes), 3)) s" : ""
        let ratio = first.map { "\(Self.rounded(runs.medianRatio(to: $0), 2))" } ?? ""
        rows.append("| \(name) | \(Self.time(wall)) | \(Self.time(cpu)) | \(rate) | \(perGigabyte) | \(ratio) |")
        note(".")
    }

    func print() {
        note("\n")
        Swift.print("| one | wall | CPU | throughput | CPU a GB | ÷ the line above |\n|---|--:|--:|--:|--:|--:|")
        for row in rows { Swift.print(row) }
    }

    private static func time(_ nanoseconds: Double) -> String {
        nanoseconds < 1000
            ? "\(rounded(nanoseconds, nanoseconds < 100 ? 1 : 0)) ns"
            : "\(rounded(nanoseconds / 1000, nanoseconds < 100_000 ? 2 : 0)) µs"
    }

    private static func rounded(_ value: Double, _ digits: Int) -> String {
        if digits == 0 { return "\(Int(value.rounded()))" }
        let scale = pow(10, Double(digits))
        return "\((value * scale).rounded() / scale)"
    }
}

/// Keeps the optimiser from dropping what made `value`.
@inline(never)
func use<Value>(_ value: Value) { withExtendedLifetime(value) {} }

/// Writes to standard error, which isn't the table.
func note(_ text: String) {
    var text = text
    text.withUTF8 { _ = write(2, $0.baseAddress, $0.count) }
}
