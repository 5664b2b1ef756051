import KafkaClient

/// A list of regular expressions as the tools take it: `,` stands for `|`, blanks and quotes are dropped, the
/// whole name
/// has to match.
struct TopicPattern: @unchecked Sendable {
    // A Regex made from text holds no closures of anybody's: it is a program that is only read.
    private let expression: Regex<AnyRegexOutput>
    /// A pattern that is a plain name, which is quicker compared.
    private let literal: String?

    init(_ text: String) throws(ClientError) {
        var cleaned = ""
        for character in text where !character.isWhitespace && character != "\"" && character != "'" {
            cleaned.append(character == "," ? "|" : character)
        }
        do { expression = try Regex(cleaned) } catch { throw .configuration("\(text) is an invalid regex.") }
        let isPlain = cleaned.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
        literal = isPlain ? cleaned : nil
    }

    func matches(_ name: String) -> Bool {
        if let literal { return name == literal }
        return (try? expression.wholeMatch(in: name)) != nil
    }
}
