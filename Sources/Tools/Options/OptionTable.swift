/// An option of a command.
struct Option: Sendable {
    enum Argument: Sendable {
        case none
        case required(ValueType, String)
        case optional(String)
    }

    enum ValueType: String, Sendable {
        case string = "String"
        case integer = "Integer"
        case long = "Long"
    }

    let name: String
    let argument: Argument
    let isRequired: Bool
    let help: String
    let initial: String?

    static func flag(_ name: String, _ help: String) -> Option {
        Option(name: name, argument: .none, isRequired: false, help: help, initial: nil)
    }

    static func string(
        _ name: String, _ what: String, _ help: String, isRequired: Bool = false, initial: String? = nil
    ) -> Option {
        Option(name: name, argument: .required(.string, what), isRequired: isRequired, help: help, initial: initial)
    }

    static func integer(_ name: String, _ what: String, _ help: String, initial: String? = nil) -> Option {
        Option(name: name, argument: .required(.integer, what), isRequired: false, help: help, initial: initial)
    }

    static func long(_ name: String, _ what: String, _ help: String, initial: String? = nil) -> Option {
        Option(name: name, argument: .required(.long, what), isRequired: false, help: help, initial: initial)
    }

    static func optional(_ name: String, _ what: String, _ help: String, initial: String? = nil) -> Option {
        Option(name: name, argument: .optional(what), isRequired: false, help: help, initial: initial)
    }
}

/// The options of a command of the first of Kafka's two styles: `--name value`, `--name=value`, one dash works
/// too; no
/// abbreviations; words that belong to nothing are ignored.
struct OptionTable: Sendable {
    /// What stands above the table.
    let summary: String
    let options: [Option]

    init(_ summary: String, _ options: [Option]) {
        self.summary = summary
        self.options =
            (options + [.flag("help", "Print usage information."), .flag("version", "Display Kafka version.")])
            .sorted { $0.name < $1.name }
    }

    func option(_ name: String) -> Option? { options.first { $0.name == name } }

    func parse(_ arguments: [String]) throws(UsageFailure) -> ParsedOptions {
        var values: [String: [String]] = [:]
        var position = 0
        while position < arguments.count {
            let word = arguments[position]
            position += 1
            if word == "--" { break }
            guard let (name, inline) = Self.split(word) else { continue }
            guard let option = option(name) else { throw UsageFailure("\(name) is not a recognized option") }
            switch option.argument {
            case .none: values[name, default: []].append("")
            case .required(let type, _):
                var value = inline
                if value == nil, position < arguments.count {
                    value = arguments[position]
                    position += 1
                }
                guard let value else { throw UsageFailure("Option \(name) requires an argument") }
                try Self.check(value, type, name)
                values[name, default: []].append(value)
            case .optional:
                if let inline {
                    values[name, default: []].append(inline)
                } else if position < arguments.count, !arguments[position].hasPrefix("-") {
                    values[name, default: []].append(arguments[position])
                    position += 1
                } else {
                    values[name, default: []] += []
                }
            }
        }
        let parsed = ParsedOptions(table: self, values: values)
        if !parsed.has("help"), !parsed.has("version") {
            for option in options where option.isRequired && !parsed.has(option.name) {
                throw UsageFailure("Missing required argument \"[\(option.name)]\"")
            }
        }
        return parsed
    }

    /// `--name`, `-name`, with or without `=value`; nil for a word that is no option.
    private static func split(_ word: String) -> (name: String, inline: String?)? {
        var rest = word[...]
        guard rest.hasPrefix("-"), rest.count > 1 else { return nil }
        rest = rest.dropFirst(rest.hasPrefix("--") ? 2 : 1)
        guard let equals = rest.firstIndex(of: "=") else { return (String(rest), nil) }
        return (String(rest[..<equals]), String(rest[rest.index(after: equals)...]))
    }

    private static func check(_ value: String, _ type: Option.ValueType, _ name: String) throws(UsageFailure) {
        let fits =
            switch type {
            case .string: true
            case .integer: Int32(value) != nil
            case .long: Int64(value) != nil
            }
        guard fits else { throw UsageFailure("Cannot parse argument '\(value)' of option \(name)") }
    }
}

/// A command line that can't be followed: the sentence, and whether the table of options goes with it.
struct UsageFailure: Error, Equatable {
    let message: String
    var showsTable: Bool

    init(_ message: String, showsTable: Bool = true) {
        self.message = message
        self.showsTable = showsTable
    }
}
