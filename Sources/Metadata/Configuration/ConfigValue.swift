/// A setting's value, understood by its type.
package enum ConfigValue: Equatable, Sendable {
    /// Not set, and without a default.
    case null
    case boolean(Bool)
    /// short, int and long.
    case integer(Int64)
    case double(Double)
    /// string, class and password.
    case text(String)
    case list([String])

    /// As DescribeConfigs shows it.
    package var text: String? {
        switch self {
        case .null: nil
        case .boolean(let value): value ? "true" : "false"
        case .integer(let value): String(value)
        case .double(let value): Self.javaText(value)
        case .text(let value): value
        case .list(let values): values.joined(separator: ",")
        }
    }

    /// Reads `text` as a value of `type`, the way Kafka does: blanks around it don't count, lists are split at commas
    /// and lose their duplicates.
    /// - Throws: the sentence without the setting's name.
    static func parse(_ text: String, as type: ConfigType) throws(ConfigProblem) -> ConfigValue {
        let trimmed = text.trimmedBlanks
        switch type {
        case .boolean:
            switch trimmed.lowercased() {
            case "true": return .boolean(true)
            case "false": return .boolean(false)
            default: throw ConfigProblem("Expected value to be either true or false")
            }
        case .short:
            guard let value = Int16(trimmed) else { throw .notANumber(type) }
            return .integer(Int64(value))
        case .int:
            guard let value = Int32(trimmed) else { throw .notANumber(type) }
            return .integer(Int64(value))
        case .long:
            guard let value = Int64(trimmed) else { throw .notANumber(type) }
            return .integer(value)
        case .double:
            // Java takes a suffix that says which kind of number it is.
            let digits = trimmed.last.map("fFdD".contains) == true ? trimmed.dropLast() : trimmed
            guard let value = Double(digits) else { throw .notANumber(type) }
            return .double(value)
        case .list: return .list(elements(of: trimmed))
        case .string, .class, .password, .unknown: return .text(String(trimmed))
        }
    }

    private static func elements(of trimmed: Substring) -> [String] {
        guard !trimmed.isEmpty else { return [] }
        var seen: Set<String> = []
        return trimmed.split(separator: ",", omittingEmptySubsequences: false)
            .map { String(String($0).trimmedBlanks) }
            .filter { seen.insert($0).inserted }
    }

    /// A double as Java prints it: plain between 10⁻³ and 10⁷, otherwise `d.dddE±n`.
    static func javaText(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
        if value == 0 { return value.sign == .minus ? "-0.0" : "0.0" }
        let shortest = "\(value.magnitude)".lowercased()
        let parts = shortest.split(separator: "e")
        let pieces = parts[0].split(separator: ".")
        let whole = String(pieces[0])
        let fraction = pieces.count > 1 && pieces[1] != "0" ? String(pieces[1]) : ""
        var point = whole.count + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
        var digits = whole + fraction
        while digits.hasPrefix("0"), digits.count > 1 {
            digits.removeFirst()
            point -= 1
        }
        while digits.hasSuffix("0"), digits.count > 1 { digits.removeLast() }
        let sign = value < 0 ? "-" : ""
        guard value.magnitude >= 1e-3, value.magnitude < 1e7 else {
            return sign + digits.prefix(1) + "." + (digits.count > 1 ? digits.dropFirst() : "0") + "E\(point - 1)"
        }
        if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
        if digits.count <= point { return sign + digits + String(repeating: "0", count: point - digits.count) + ".0" }
        return sign + digits.prefix(point) + "." + digits.dropFirst(point)
    }
}

/// Why a value doesn't do, without saying whose it is.
struct ConfigProblem: Error, Equatable {
    let reason: String
    /// What the sentence calls the value, where that isn't the text as given.
    var shown: String?
    /// The reason is a whole sentence and takes neither value nor name in front.
    var isWholeSentence = false

    init(_ reason: String, shown: String? = nil) {
        self.reason = reason
        self.shown = shown
    }

    static func notANumber(_ type: ConfigType) -> ConfigProblem { ConfigProblem("Not a number of type \(type.name)") }

    static func sentence(_ text: String) -> ConfigProblem {
        var problem = ConfigProblem(text)
        problem.isWholeSentence = true
        return problem
    }
}

/// A setting that can't be taken, in the words that Kafka uses.
package struct ConfigError: Error, Equatable, Sendable, CustomStringConvertible {
    package let message: String

    package init(_ message: String) { self.message = message }

    init(name: String, value: String?, _ problem: ConfigProblem) {
        message =
            problem.isWholeSentence
            ? problem.reason
            : "Invalid value \(problem.shown ?? value ?? "null") for configuration \(name): \(problem.reason)"
    }

    package var description: String { message }
}

extension StringProtocol {
    /// Without what Java's `trim` takes off both ends: everything up to U+0020.
    package var trimmedBlanks: Substring {
        let scalars = unicodeScalars
        guard let start = scalars.firstIndex(where: { $0.value > 0x20 }),
            let end = scalars.lastIndex(where: { $0.value > 0x20 })
        else { return "" }
        return Substring(self[start..<scalars.index(after: end)])
    }
}
