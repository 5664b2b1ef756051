/// A request whose answer waits for other members.
struct ParkedRequest: Equatable {
    let token: UInt64
    let version: Int16
}
