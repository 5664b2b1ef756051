import Reactor
import Synchronization

/// Counts the connections of all cores and holds them to their limits as Kafka does: who comes from an address that has
/// too many is turned away; who finds no room otherwise waits for it, unserved.
final class ConnectionQuotas: Sendable {
    enum Answer {
        case taken
        /// As many as it may have come from the address.
        case refused(limit: Int)
        /// Fires when there may be room.
        case full(FetchSignal)
    }

    private struct State {
        var limits = ConnectionLimits()
        var total = 0
        var ofListener: [String: Int] = [:]
        var ofHost: [String: Int] = [:]
        var waiting = FetchSignals()

        func hasRoom(_ listener: String) -> Bool {
            ofListener[listener, default: 0] < limits.ofListener(listener)
                && (limits.isProtected(listener) || total < limits.total)
        }
    }

    private let state = Mutex(State())

    /// Takes a place for a connection; to be given back.
    func take(listener: String, host: String) -> Answer {
        state.withLock { state in
            guard state.hasRoom(listener) else {
                let signal = FetchSignal()
                state.waiting.add(signal)
                return .full(signal)
            }
            let limit = state.limits.perHost(host)
            guard state.ofHost[host, default: 0] < limit else { return .refused(limit: limit) }
            state.total += 1
            state.ofListener[listener, default: 0] += 1
            state.ofHost[host, default: 0] += 1
            return .taken
        }
    }

    func giveBack(listener: String, host: String) {
        state.withLock { state in
            state.total -= 1
            state.ofListener[listener, default: 1] -= 1
            let left = state.ofHost[host, default: 1] - 1
            state.ofHost[host] = left > 0 ? left : nil
            state.waiting.fireAll()
        }
    }

    /// Whether a connection that isn't protected has to go.
    var isExceeded: Bool { state.withLock { $0.total > $0.limits.total } }

    func isProtected(_ listener: String) -> Bool { state.withLock { $0.limits.isProtected(listener) } }

    func apply(_ limits: ConnectionLimits) {
        state.withLock { state in
            state.limits = limits
            state.waiting.fireAll()
        }
    }

    /// Has all who wait look again: their core stops.
    func wakeAll() { state.withLock { $0.waiting.fireAll() } }
}

extension SocketAddress {
    /// The host, with IPv4 in IPv6's clothes as what it is.
    var plainHost: String {
        let host = host
        return host.hasPrefix("::ffff:") && host.contains(".") ? String(host.dropFirst(7)) : host
    }
}
