/// Arithmetic of producer sequence numbers: 0 follows 2147483647.
public enum SequenceNumber {
    /// No sequence: the producer isn't idempotent, or the batch is a marker.
    public static let none: Int32 = -1

    /// The sequence `count` records behind `sequence`.
    @inlinable public static func increment(_ sequence: Int32, by count: Int32) -> Int32 {
        if sequence > Int32.max &- count { return count &- (Int32.max &- sequence) &- 1 }
        return sequence &+ count
    }

    /// The sequence `count` records before `sequence`.
    @inlinable public static func decrement(_ sequence: Int32, by count: Int32) -> Int32 {
        if sequence < count { return Int32.max &- (count &- sequence) &+ 1 }
        return sequence &- count
    }
}
