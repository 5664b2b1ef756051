import Glibc
import Rehearsal
import Simulation

/// moldau simulate: a broker with its disk and its clients in virtual time, crashed at will, by a seed.
enum Simulate {
    static let usage = """
        usage: moldau simulate SEED [--power-cuts] [--twice]
               moldau simulate --seeds FIRST:LAST [--power-cuts] [--twice]

        Runs a broker, its disk, its clients and their network in one process and in virtual time. The broker is
        crashed again and again; whatever it acknowledged has to be there in the end, transactions whole or not at all.
        The same seed does the same.

          SEED                 The run to do.
          --seeds FIRST:LAST   All of these, both ends included.
          --power-cuts         Switch the machine off instead of ending the process only; topics have flush.messages=1.
          --twice              Do each run twice, and compare all that happened.
          --help               Print this.

        Prints a line for each seed; exits with 1 at the first that fails, after the command that replays it.
        """

    static func run(_ invocation: Invocation) -> Int32 {
        let terminal = Terminal()
        defer { terminal.flush() }
        if invocation.arguments.contains(where: { $0 == "--help" || $0 == "-h" }) {
            terminal.print(usage)
            return 0
        }
        let request: SimulateRequest
        do throws(UsageFailure) { request = try SimulateRequest(invocation.arguments) } catch {
            terminal.error(error.message)
            return 1
        }
        Determinism.reexecIfNeeded()
        for seed in request.seeds {
            let isKept = rehearse(seed, request, terminal)
            terminal.flush()
            if !isKept { return 1 }
        }
        return 0
    }

    private static func rehearse(_ seed: UInt64, _ request: SimulateRequest, _ terminal: Terminal) -> Bool {
        let rehearsal = Rehearsal(seed: seed, mode: request.cutsPower ? .powerCuts : .kills)
        var violations: [String]
        do {
            let outcome = try rehearsal.run()
            violations = outcome.violations
            if request.runsTwice {
                let second = try rehearsal.run()
                if second.traceHash != outcome.traceHash { violations.append("a second run went another way") }
            }
            terminal.print(
                "seed \(seed) trace \(hexadecimal(outcome.traceHash)) acknowledged \(outcome.acknowledged) "
                    + "consumed \(outcome.consumed) transactions \(outcome.transactions) "
                    + "crashes \(outcome.crashes) stops \(outcome.stops) "
                    + "virtual \(outcome.virtualMilliseconds) ms")
        } catch { violations = ["\(error)"] }
        if violations.isEmpty { return true }
        terminal.print("seed \(seed) FAILED")
        for violation in violations.prefix(20) { terminal.print("  \(violation)") }
        if violations.count > 20 { terminal.print("  and \(violations.count - 20) more") }
        terminal.print(
            "replay: moldau simulate \(seed)" + (request.cutsPower ? " --power-cuts" : "")
                + (request.runsTwice ? " --twice" : ""))
        return false
    }

    private static func hexadecimal(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

/// What the command line of simulate asks for.
struct SimulateRequest: Sendable {
    private(set) var seeds: ClosedRange<UInt64> = 0...0
    private(set) var cutsPower = false
    private(set) var runsTwice = false

    init(_ arguments: [String]) throws(UsageFailure) {
        var chosen: ClosedRange<UInt64>?
        var words = arguments[...]
        while let word = words.popFirst() {
            switch word {
            case "--power-cuts": cutsPower = true
            case "--twice": runsTwice = true
            case "--seeds":
                guard let range = words.popFirst().flatMap(Self.range) else {
                    throw UsageFailure("--seeds needs FIRST:LAST\n\(Simulate.usage)")
                }
                chosen = range
            default:
                guard chosen == nil, let seed = UInt64(word) else {
                    throw UsageFailure("'\(word)' is not a seed\n\(Simulate.usage)")
                }
                chosen = seed...seed
            }
        }
        guard let chosen else { throw UsageFailure(Simulate.usage) }
        seeds = chosen
    }

    private static func range(_ text: String) -> ClosedRange<UInt64>? {
        let ends = text.split(separator: ":", omittingEmptySubsequences: false).map { UInt64($0) }
        guard ends.count == 2, let first = ends[0], let last = ends[1], first <= last else { return nil }
        return first...last
    }
}
