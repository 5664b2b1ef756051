package import Bytes

/// A record of `__consumer_offsets` or `__transaction_state`: the key with its type in front, the value with its
/// version in front.
package struct CoordinatorRecord: Equatable, Sendable {
    package var key: ByteSlice
    /// Nil deletes what the key names.
    package var value: ByteSlice?

    package init(key: ByteSlice, value: ByteSlice?) {
        self.key = key
        self.value = value
    }
}
