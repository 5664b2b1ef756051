import KafkaProtocol

/// JSON as Kafka's tools print it, to the byte: escapes and numbers as Java's libraries write them.
enum JacksonText {
    static func of(_ json: JSON) -> String {
        var text = ""
        write(json, to: &text)
        return text
    }

    private static func write(_ json: JSON, to text: inout String) {
        switch json {
        case .null, .bool, .integer: text += json.description
        case .number(let value): text += number(value)
        case .string(let value): quote(value, to: &text)
        case .array(let elements):
            text += "["
            for (index, element) in elements.enumerated() {
                if index > 0 { text += "," }
                write(element, to: &text)
            }
            text += "]"
        case .object(let object):
            text += "{"
            for (index, member) in object.members.enumerated() {
                if index > 0 { text += "," }
                quote(member.name, to: &text)
                text += ":"
                write(member.value, to: &text)
            }
            text += "}"
        }
    }

    private static func quote(_ value: String, to text: inout String) {
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\u{8}": text += "\\b"
            case "\t": text += "\\t"
            case "\n": text += "\\n"
            case "\u{c}": text += "\\f"
            case "\r": text += "\\r"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16, uppercase: true)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }

    /// `1.0E7` from ten million on and below a thousandth, `1234567.0` between.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "\"NaN\"" }
        if value.isInfinite { return value < 0 ? "\"-Infinity\"" : "\"Infinity\"" }
        let magnitude = value.magnitude
        if value == 0 || (1e-3..<1e7).contains(magnitude) { return plain("\(value)") }
        return scientific("\(magnitude)", sign: value < 0 ? "-" : "")
    }

    /// Swift writes small numbers with an exponent sooner than Java.
    private static func plain(_ text: String) -> String {
        guard let mark = text.firstIndex(of: "e"), let exponent = Int(text[text.index(after: mark)...]),
            exponent < 0
        else { return text }
        let sign = text.hasPrefix("-") ? "-" : ""
        let digits = text[..<mark].filter { $0.isNumber }
        return sign + "0." + String(repeating: "0", count: -exponent - 1) + digits
    }

    private static func scientific(_ text: String, sign: String) -> String {
        let mark = text.firstIndex(of: "e")
        var exponent = mark.flatMap { Int(text[text.index(after: $0)...]) } ?? 0
        let mantissa = text[..<(mark ?? text.endIndex)]
        let point = mantissa.firstIndex(of: ".") ?? mantissa.endIndex
        let whole = mantissa[..<point]
        var digits = Array(mantissa.filter { $0.isNumber })
        if let first = digits.firstIndex(where: { $0 != "0" }) {
            exponent += whole.count - 1 - first
            digits.removeFirst(first)
        }
        while digits.count > 1, digits.last == "0" { digits.removeLast() }
        return sign + String(digits[..<1]) + "." + (digits.count > 1 ? String(digits[1...]) : "0") + "E\(exponent)"
    }
}
