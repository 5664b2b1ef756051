/// DefaultPrincipalData: whom a forwarded request comes from; lies in an Envelope, behind an int16 version.
public struct DefaultPrincipalData: KafkaMessage {
    public static let kind = MessageKind.data
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public var type = ""
    public var name = ""
    public var tokenAuthenticated = false

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&type, "type")
        try coder.string(&name, "name")
        try coder.bool(&tokenAuthenticated, "tokenAuthenticated")
    }
}
