/// A connection's requests with a transactional id that wait for their turn: none behind them may overtake.
final class TransactionQueue {
    private(set) var count = 0

    func enter() { count += 1 }
    func leave() { count -= 1 }
}
