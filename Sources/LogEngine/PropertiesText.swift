/// Java's properties format, as far as brokers write it.
package enum PropertiesText {
    /// The pairs; of a repeated key the last.
    package static func decode(_ text: String) -> [String: String] {
        var pairs: [String: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            let line = line.drop(while: \.isWhitespace)
            guard let first = line.first, first != "#", first != "!" else { continue }
            var key = ""
            var rest = line
            while let character = rest.first, character != "=", character != ":", !character.isWhitespace {
                rest.removeFirst()
                if character == "\\", let escaped = rest.popFirst() {
                    key.append(escaped)
                } else {
                    key.append(character)
                }
            }
            rest = rest.drop(while: \.isWhitespace)
            if let separator = rest.first, separator == "=" || separator == ":" {
                rest = rest.dropFirst().drop(while: \.isWhitespace)
            }
            var value = ""
            while let character = rest.popFirst() {
                if character == "\\", let escaped = rest.popFirst() {
                    value.append(escaped)
                } else {
                    value.append(character)
                }
            }
            pairs[key] = value
        }
        return pairs
    }

    package static func encode(_ pairs: [(String, String)]) -> String {
        pairs.map { "\($0.0)=\($0.1)\n" }.joined()
    }
}
