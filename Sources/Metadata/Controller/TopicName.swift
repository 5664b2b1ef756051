/// The rules for topics' names.
package enum TopicName {
    package static let groupMetadata = "__consumer_offsets"
    package static let transactionState = "__transaction_state"
    package static let shareGroupState = "__share_group_state"
    package static let clusterMetadata = "__cluster_metadata"

    private static let maximumLength = 249

    /// Whether the broker keeps its own state in it.
    package static func isInternal(_ name: String) -> Bool {
        name == groupMetadata || name == transactionState || name == shareGroupState
    }

    /// Why `name` can't be a topic's, in Kafka's words; `nil` for a good one.
    package static func problem(_ name: String) -> String? {
        let reason: String
        if name.isEmpty {
            reason = "the empty string is not allowed"
        } else if name == "." || name == ".." {
            reason = "'\(name)' is not allowed"
        } else if name.utf16.count > maximumLength {
            reason = "the length of '\(name)' is longer than the max allowed length \(maximumLength)"
        } else if !name.utf8.allSatisfy(isAllowed) {
            reason =
                "'\(name)' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'"
        } else {
            return nil
        }
        return "Topic name is invalid: \(reason)"
    }

    /// What metrics make of `name`: two topics must not become the same.
    static func collisionKey(_ name: String) -> String? {
        guard name.utf8.contains(where: { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_") }) else { return nil }
        return String(name.map { $0 == "." ? "_" : $0 })
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }
}
