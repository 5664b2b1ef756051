import KafkaProtocol
import Reactor
import Simulation

/// Why a producer can't go on with what it does.
enum Setback: Error {
    case halted
    /// No answer came, and this time the producer doesn't ask again.
    case walkedAway
    /// What should pass doesn't.
    case hopeless(KafkaError)
    case refused(KafkaError)
}

/// Asks again, over one connection after the other, until there is an answer that counts.
final class PatientWire {
    /// Answers that tell a client to come back.
    private static let passing: Set<KafkaError> = [
        .notLeaderOrFollower, .notEnoughReplicas, .requestTimedOut, .concurrentTransactions,
        .coordinatorLoadInProgress, .coordinatorNotAvailable, .notCoordinator, .unstableOffsetCommit,
    ]
    /// Such answers in a row, some ten milliseconds each; then they won't pass. One sync may take five seconds, and an
    /// answer may wait for several.
    private static let patience = 5000

    let core: Core
    private let address: SocketAddress
    private var random: RandomStream
    private var wire: Wire?
    /// Requests that have no answer: they may yet arrive.
    private(set) var lost = 0
    /// How often the last request was sent without an answer: each time it may have been done.
    private(set) var unanswered = 0
    /// How likely the producer walks away from a request without an answer.
    var faintness = 0.0

    init(_ core: Core, _ address: SocketAddress, random: RandomStream) {
        self.core = core
        self.address = address
        self.random = random
    }

    func close() { wire?.close() }

    func ask<Request: KafkaRequest>(
        _ request: Request, version: Int16, error: (Request.Response) -> [Int16]
    ) async throws(Setback) -> Request.Response {
        var refusals = 0
        unanswered = 0
        while !core.isHalted {
            if wire == nil { wire = try? await Wire(core, address) }
            if let wire {
                if let response = try? await wire.ask(request, version: version) {
                    let errors = error(response).map { KafkaError(rawValue: $0) ?? .unknownServerError }
                    guard let passing = errors.first(where: { Self.passing.contains($0) }) else { return response }
                    refusals += 1
                    if refusals > Self.patience { throw .hopeless(passing) }
                } else {
                    wire.close()
                    self.wire = nil
                    lost += 1
                    unanswered += 1
                    if random.chance(faintness) { throw .walkedAway }
                }
            }
            if !core.isHalted { await core.sleep(milliseconds: Int64(random.within(1...20))) }
        }
        throw .halted
    }
}
