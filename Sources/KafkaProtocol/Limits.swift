/// Bounds on what a peer may ask us to build, the same as Apache Kafka 4.4's.
public enum Limits {
    /// Elements of one array: more are refused before anything is allocated.
    public static let arrayElements = 1_000_000

    /// Tagged fields of one structure.
    public static let taggedFields = 10_000

    /// Bytes of UTF-8 in one string: Kafka's length is an int16, and compact strings keep the bound.
    public static let stringBytes = 0x7fff

    /// Memory reserved for an array ahead of its elements, per byte of input that is left. Wire forms are rarely
    /// smaller than an eighth of ours; where they are, the array grows as elements really arrive.
    static let reservedBytesPerInputByte = 8

    /// Nesting of a JSON text, which is parsed by recursion.
    static let jsonDepth = 64
}
