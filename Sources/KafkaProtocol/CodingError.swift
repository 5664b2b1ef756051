/// The wire lies, or a message can't be said in the version asked for: where, in which field, and why.
public struct CodingError: Error, Sendable, CustomStringConvertible {
    public enum Reason: Equatable, Sendable {
        /// Fewer bytes are left than the field needs.
        case truncated
        /// A varint of more than 32 bits.
        case overlongVarint
        /// Null where this version knows no null.
        case null
        /// More elements than ``Limits/arrayElements``, or than bytes are left.
        case tooManyElements(Int)
        case tooManyTags(Int)
        /// A tagged field's content is shorter or longer than its size says.
        case tagSize
        /// A string of more than ``Limits/stringBytes``, or bytes beyond an int32.
        case tooLong(Int)
        /// The field holds a value, and this version of the message has no place for it.
        case absentInVersion(Int16)
        /// The message has no such version.
        case unsupportedVersion(Int16)
        /// A JSON value of another type, or out of range.
        case json
        /// A message's description contradicts itself: its initial value isn't the default it declares, say.
        case description
    }

    /// Bytes from the start of the frame.
    public let position: Int
    /// The field's name in Kafka's schema.
    public let field: String
    public let reason: Reason

    public init(position: Int, field: String, reason: Reason) {
        self.position = position
        self.field = field
        self.reason = reason
    }

    public var description: String { "\(field) at byte \(position): \(reason)" }
}
