/// Why a core can't start: what is wrong and what to do about it.
public struct StartFailure: Error, Equatable, Sendable, CustomStringConvertible {
    public let reason: String
    public let cure: String

    public init(reason: String, cure: String) {
        self.reason = reason
        self.cure = cure
    }

    public var description: String { "\(reason) \(cure)" }
}
