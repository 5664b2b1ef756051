/// The attributes of a batch (magic 2): bits 0–2 codec, 3 timestamp type, 4 transactional, 5 control, 6 delete horizon.
public struct BatchAttributes: RawRepresentable, Equatable, Sendable {
    public var rawValue: Int16

    @inlinable public init(rawValue: Int16) { self.rawValue = rawValue }

    public init(
        compression: Compression = .none, timestampType: TimestampType = .createTime, isTransactional: Bool = false,
        isControl: Bool = false, hasDeleteHorizon: Bool = false
    ) {
        rawValue = Int16(compression.rawValue)
        self.timestampType = timestampType
        self.isTransactional = isTransactional
        self.isControl = isControl
        self.hasDeleteHorizon = hasDeleteHorizon
    }

    /// `nil` for the codec numbers 5–7, which mean nothing.
    public var compression: Compression? { Compression(rawValue: UInt8(truncatingIfNeeded: rawValue & 7)) }

    public func compressed(_ codec: Compression) -> BatchAttributes {
        BatchAttributes(rawValue: rawValue & ~7 | Int16(codec.rawValue))
    }

    public var timestampType: TimestampType {
        get { self[bit: 3] ? .logAppendTime : .createTime }
        set { self[bit: 3] = newValue == .logAppendTime }
    }

    public var isTransactional: Bool {
        get { self[bit: 4] }
        set { self[bit: 4] = newValue }
    }

    public var isControl: Bool {
        get { self[bit: 5] }
        set { self[bit: 5] = newValue }
    }

    /// The batch's `baseTimestamp` is the time from which compaction may drop its tombstones.
    public var hasDeleteHorizon: Bool {
        get { self[bit: 6] }
        set { self[bit: 6] = newValue }
    }

    private subscript(bit bit: Int16) -> Bool {
        get { rawValue & 1 << bit != 0 }
        set { rawValue = newValue ? rawValue | 1 << bit : rawValue & ~(1 << bit) }
    }
}
