/// Which values a setting takes beyond its type's.
package enum ConfigRule: Equatable, Sendable {
    case any
    case atLeast(String)
    case between(String, String)
    /// 1 to 9, or -1 for the library's own choice.
    case gzipLevel
    case oneOf([String])
    case oneOfCaseInsensitive([String])
    /// Elements must not be empty; with `known`, they must be among those; with `filled`, there must be one at least.
    case list(known: [String], filled: Bool)
    case nonEmptyString
    /// `*`, or `partition:broker` pairs.
    case throttledReplicas

    /// Reads the last column of a table.
    init(tableText: String, type: ConfigType) {
        if type == .list {
            if tableText.hasPrefix("[partitionId]") {
                self = .throttledReplicas
            } else {
                let known = Self.names(in: tableText)
                self = .list(known: known, filled: tableText.hasPrefix("filled "))
            }
            return
        }
        switch tableText {
        case "": self = .any
        case "[1,...,9] or -1": self = .gzipLevel
        case "non-empty string": self = .nonEmptyString
        case _ where tableText.hasPrefix("(case insensitive) "):
            self = .oneOfCaseInsensitive(Self.names(in: tableText))
        case _ where tableText.contains("..."):
            let bounds = tableText.dropFirst().dropLast().split(separator: ",").map(String.init)
            self = bounds.count == 3 ? .between(bounds[0], bounds[2]) : .atLeast(bounds[0])
        default: self = .oneOf(Self.names(in: tableText))
        }
    }

    private static func names(in text: String) -> [String] {
        guard let open = text.firstIndex(of: "["), let close = text.lastIndex(of: "]") else { return [] }
        return text[text.index(after: open)..<close].split(separator: ",").map { String(String($0).trimmedBlanks) }
    }

    /// Checks what was understood of the setting `name`.
    func check(_ value: ConfigValue, name: String) throws(ConfigProblem) {
        switch (self, value) {
        case (.atLeast(let minimum), _):
            if isBelow(value, minimum) { throw ConfigProblem("Value must be at least \(minimum)", shown: value.text) }
        case (.between(let minimum, let maximum), _):
            if isBelow(value, minimum) { throw ConfigProblem("Value must be at least \(minimum)", shown: value.text) }
            if isAbove(value, maximum) {
                throw ConfigProblem("Value must be no more than \(maximum)", shown: value.text)
            }
        case (.gzipLevel, .integer(let level)):
            if level != -1, !(1...9).contains(level) {
                throw ConfigProblem("Value must be between 1 and 9 or equal to -1", shown: value.text)
            }
        case (.oneOf(let known), .text(let text)):
            if !known.contains(text) { throw .notAmong(known, shown: text) }
        case (.oneOfCaseInsensitive(let known), .text(let text)):
            if !known.contains(where: { $0.lowercased() == text.lowercased() }) {
                throw ConfigProblem(
                    "String must be one of (case insensitive): \(known.joined(separator: ", "))", shown: text)
            }
        case (.nonEmptyString, .text("")): throw ConfigProblem("String must be non-empty", shown: "")
        case (.list(let known, let filled), .list(let elements)):
            try Self.check(elements, known: known, filled: filled, name: name)
        case (.throttledReplicas, .list(let elements)):
            guard elements == ["*"] || elements.allSatisfy(Self.isPair) else {
                throw ConfigProblem(
                    "\(name) must be the literal '*' or a list of replicas in the following format: "
                        + "[partitionId]:[brokerId],[partitionId]:[brokerId],...",
                    shown: "[\(elements.joined(separator: ", "))]")
            }
        default: break
        }
    }

    private static func check(
        _ elements: [String], known: [String], filled: Bool, name: String
    ) throws(ConfigProblem) {
        if elements.isEmpty, filled {
            let values = known.isEmpty ? "any non-empty value" : "[\(known.joined(separator: ", "))]"
            throw .sentence("Configuration '\(name)' must not be empty. Valid values include: \(values)")
        }
        for element in elements {
            if element.isEmpty { throw .sentence("Configuration '\(name)' values must not be empty.") }
            if !known.isEmpty, !known.contains(element) { throw .notAmong(known, shown: element) }
        }
    }

    private static func isPair(_ text: String) -> Bool {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
    }

    private func isBelow(_ value: ConfigValue, _ bound: String) -> Bool {
        switch value {
        case .integer(let integer): Int64(bound).map { integer < $0 } ?? false
        case .double(let double): Double(bound).map { double < $0 } ?? false
        default: false
        }
    }

    private func isAbove(_ value: ConfigValue, _ bound: String) -> Bool {
        switch value {
        case .integer(let integer): Int64(bound).map { integer > $0 } ?? false
        case .double(let double): Double(bound).map { double > $0 } ?? false
        default: false
        }
    }
}

extension ConfigProblem {
    fileprivate static func notAmong(_ known: [String], shown: String) -> ConfigProblem {
        ConfigProblem("String must be one of: \(known.joined(separator: ", "))", shown: shown)
    }
}
