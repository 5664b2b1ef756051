/// Names and values as Java's `.properties` files have them: what `server.properties`, `meta.properties` and the
/// tools' `--command-config` files are written in.
///
/// `#` and `!` begin comments; `=`, `:` or a blank ends the name; `\` at a line's end continues it (leading blanks of
/// the next line are dropped); `\t \n \r \f \uXXXX` are escapes, any other escaped character stands for itself; of two
/// lines with the same name the later wins.
package struct Properties: Equatable, Sendable {
    /// Names in the order of their first line.
    package private(set) var names: [String] = []
    private var values: [String: String] = [:]

    package init() {}

    /// Reads a whole file's text. Nothing is refused: a line without a separator is a name with an empty value. O(n).
    package init(_ text: String) {
        var scanner = PropertiesScanner(text)
        while let (name, value) = scanner.next() { self[name] = value }
    }

    package init(_ pairs: [(name: String, value: String)]) {
        for (name, value) in pairs { self[name] = value }
    }

    package subscript(name: String) -> String? {
        get { values[name] }
        set {
            if let newValue {
                if values.updateValue(newValue, forKey: name) == nil { names.append(name) }
            } else if values.removeValue(forKey: name) != nil {
                names.removeAll { $0 == name }
            }
        }
    }

    package var dictionary: [String: String] { values }

    /// Lets `other` win where both have a name.
    package mutating func merge(_ other: Properties) {
        for name in other.names { self[name] = other[name] }
    }

    /// The file's text, a line a name, in the names' order, with everything escaped that reading would change.
    package var text: String {
        var lines = ""
        for name in names {
            Self.escape(name, isName: true, into: &lines)
            lines += "="
            Self.escape(values[name] ?? "", isName: false, into: &lines)
            lines += "\n"
        }
        return lines
    }

    private static func escape(_ text: String, isName: Bool, into output: inout String) {
        for (index, scalar) in text.unicodeScalars.enumerated() {
            switch scalar {
            case "\\": output += "\\\\"
            case "\n": output += "\\n"
            case "\r": output += "\\r"
            case "\t": output += "\\t"
            case "\u{c}": output += "\\f"
            case " " where isName || index == 0: output += "\\ "
            case "=" where isName, ":" where isName: output += "\\" + String(scalar)
            case "#" where isName && index == 0, "!" where isName && index == 0: output += "\\" + String(scalar)
            default: output.unicodeScalars.append(scalar)
            }
        }
    }
}

/// Takes a properties file apart, one logical line after the other.
private struct PropertiesScanner {
    private let scalars: [Unicode.Scalar]
    private var position = 0

    init(_ text: String) {
        scalars = Array(text.unicodeScalars)
        if scalars.first == "\u{feff}" { position = 1 }
    }

    mutating func next() -> (name: String, value: String)? {
        while position < scalars.count {
            skipBlanks()
            guard position < scalars.count else { return nil }
            if isLineEnd(scalars[position]) {
                position += 1
            } else if scalars[position] == "#" || scalars[position] == "!" {
                while position < scalars.count, !isLineEnd(scalars[position]) { position += 1 }
            } else {
                let name = token(endsAtSeparator: true)
                skipSeparator()
                return (name, token(endsAtSeparator: false))
            }
        }
        return nil
    }

    private mutating func token(endsAtSeparator: Bool) -> String {
        var result = String.UnicodeScalarView()
        while position < scalars.count {
            let scalar = scalars[position]
            if isLineEnd(scalar) { break }
            if endsAtSeparator, isBlank(scalar) || scalar == "=" || scalar == ":" { break }
            position += 1
            if scalar == "\\" { escape(into: &result) } else { result.append(scalar) }
        }
        return String(result)
    }

    /// What stands behind a backslash; a line's end continues the logical line.
    private mutating func escape(into result: inout String.UnicodeScalarView) {
        guard position < scalars.count else { return }
        let scalar = scalars[position]
        position += 1
        switch scalar {
        case "t": result.append("\t")
        case "n": result.append("\n")
        case "r": result.append("\r")
        case "f": result.append("\u{c}")
        case "u": result.append(unicodeEscape())
        case "\n", "\r":
            if scalar == "\r", position < scalars.count, scalars[position] == "\n" { position += 1 }
            skipBlanks()
        default: result.append(scalar)
        }
    }

    /// Four hexadecimal digits, or two such escapes that are a surrogate pair; anything else becomes U+FFFD.
    private mutating func unicodeEscape() -> Unicode.Scalar {
        guard let unit = hexadecimalUnit() else { return "\u{fffd}" }
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard unit < 0xdc00, position + 1 < scalars.count, scalars[position] == "\\", scalars[position + 1] == "u"
        else { return "\u{fffd}" }
        position += 2
        guard let low = hexadecimalUnit(), (0xdc00..<0xe000).contains(low) else { return "\u{fffd}" }
        return Unicode.Scalar(0x10000 + (UInt32(unit) - 0xd800) << 10 + (UInt32(low) - 0xdc00)) ?? "\u{fffd}"
    }

    private mutating func hexadecimalUnit() -> UInt16? {
        guard scalars.count - position >= 4 else { return nil }
        var digits = String.UnicodeScalarView()
        digits.append(contentsOf: scalars[position..<position + 4])
        guard let unit = UInt16(String(digits), radix: 16) else { return nil }
        position += 4
        return unit
    }

    private mutating func skipSeparator() {
        skipBlanksAndContinuations()
        if position < scalars.count, scalars[position] == "=" || scalars[position] == ":" {
            position += 1
            skipBlanksAndContinuations()
        }
    }

    private mutating func skipBlanksAndContinuations() {
        skipBlanks()
        while position + 1 < scalars.count, scalars[position] == "\\", isLineEnd(scalars[position + 1]) {
            let carriageReturn = scalars[position + 1] == "\r"
            position += 2
            if carriageReturn, position < scalars.count, scalars[position] == "\n" { position += 1 }
            skipBlanks()
        }
    }

    private mutating func skipBlanks() {
        while position < scalars.count, isBlank(scalars[position]) { position += 1 }
    }

    private func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\t" || scalar == "\u{c}" }

    private func isLineEnd(_ scalar: Unicode.Scalar) -> Bool { scalar == "\n" || scalar == "\r" }
}
