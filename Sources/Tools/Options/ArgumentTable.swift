/// The options of a command of the second of Kafka's two styles: short aliases, unambiguous prefixes, the last of
/// several
/// wins, stray words are errors.
struct ArgumentTable: Sendable {
    struct Argument: Sendable {
        let name: String
        let alias: String?
        let takesValue: Bool
        let isRequired: Bool
        let help: String

        init(_ name: String, _ alias: String? = nil, takesValue: Bool = true, isRequired: Bool = false, _ help: String)
        {
            self.name = name
            self.alias = alias
            self.takesValue = takesValue
            self.isRequired = isRequired
            self.help = help
        }

        var shown: String { (alias.map { "-\($0)/" } ?? "") + "--\(name)" }
    }

    let program: String
    let arguments: [Argument]

    var usage: String {
        let parts = arguments.map { argument in
            let text = "--\(argument.name)" + (argument.takesValue ? " \(argument.name.uppercased())" : "")
            return argument.isRequired ? text : "[\(text)]"
        }
        return "usage: \(program) [-h] " + parts.joined(separator: " ")
    }

    var help: String {
        let width = (arguments.map { $0.shown.count }.max() ?? 0) + 2
        let lines = arguments.map { "  " + $0.shown + String(repeating: " ", count: width - $0.shown.count) + $0.help }
        return usage + "\n\n" + lines.joined(separator: "\n")
    }

    /// All values by name; flags have empty ones.
    func parse(_ words: [String]) throws(UsageFailure) -> [String: [String]] {
        var values: [String: [String]] = [:]
        var position = 0
        while position < words.count {
            let word = words[position]
            position += 1
            guard word.hasPrefix("-"), word.count > 1 else { throw failure("unrecognized arguments: '\(word)'") }
            let (name, inline) = Self.split(word)
            let argument = try find(name, word)
            guard argument.takesValue else {
                values[argument.name, default: []].append("")
                continue
            }
            var value = inline
            if value == nil, position < words.count {
                value = words[position]
                position += 1
            }
            guard let value else { throw failure("argument \(argument.shown): expected one argument") }
            values[argument.name, default: []].append(value)
        }
        if values["help"] == nil {
            for argument in arguments where argument.isRequired && values[argument.name] == nil {
                throw failure("argument \(argument.shown) is required")
            }
        }
        return values
    }

    private func find(_ name: String, _ word: String) throws(UsageFailure) -> Argument {
        if name == "h" || name == "help" { return Argument("help", "h", takesValue: false, "") }
        if !word.hasPrefix("--") {
            if let argument = arguments.first(where: { $0.alias == name }) { return argument }
        } else {
            if let argument = arguments.first(where: { $0.name == name }) { return argument }
            let begun = arguments.filter { $0.name.hasPrefix(name) }
            if begun.count == 1, let argument = begun.first { return argument }
        }
        throw failure("unrecognized arguments: '\(word)'")
    }

    private static func split(_ word: String) -> (name: String, inline: String?) {
        let rest = word.drop { $0 == "-" }
        guard let equals = rest.firstIndex(of: "=") else { return (String(rest), nil) }
        return (String(rest[..<equals]), String(rest[rest.index(after: equals)...]))
    }

    private func failure(_ message: String) -> UsageFailure {
        UsageFailure("\(usage)\n\(program): error: \(message)", showsTable: false)
    }
}
