/// Why a text is no JSON.
public struct JSONError: Error, Equatable, Sendable {
    /// Bytes from the start.
    public let position: Int
}

extension JSON {
    /// Reads one value and nothing behind it but white space.
    public init(_ text: String) throws(JSONError) { try self.init(utf8: Array(text.utf8)) }

    public init(utf8 bytes: [UInt8]) throws(JSONError) {
        var parser = Parser(bytes: bytes)
        self = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.next == nil else { throw parser.failure }
    }

    private struct Parser {
        let bytes: [UInt8]
        var position = 0

        init(bytes: [UInt8]) { self.bytes = bytes }

        var next: UInt8? { position < bytes.count ? bytes[position] : nil }
        var failure: JSONError { JSONError(position: position) }

        mutating func skipSpace() {
            while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { position += 1 }
        }

        mutating func accept(_ character: Unicode.Scalar) -> Bool {
            skipSpace()
            guard next == UInt8(ascii: character) else { return false }
            position += 1
            return true
        }

        mutating func value(depth: Int) throws(JSONError) -> JSON {
            guard depth < Limits.jsonDepth else { throw failure }
            skipSpace()
            switch next {
            case UInt8(ascii: "{"): return try object(depth: depth)
            case UInt8(ascii: "["): return try array(depth: depth)
            case UInt8(ascii: "\""): return .string(try string())
            case UInt8(ascii: "t"): return try word("true", .bool(true))
            case UInt8(ascii: "f"): return try word("false", .bool(false))
            case UInt8(ascii: "n"): return try word("null", .null)
            default: return try number()
            }
        }

        private mutating func word(_ word: String, _ value: JSON) throws(JSONError) -> JSON {
            guard bytes[position...].starts(with: word.utf8) else { throw failure }
            position += word.utf8.count
            return value
        }

        private mutating func object(depth: Int) throws(JSONError) -> JSON {
            var object = Object()
            position += 1
            if accept("}") { return .object(object) }
            repeat {
                skipSpace()
                let name = try string()
                guard accept(":") else { throw failure }
                object.append(name, try value(depth: depth + 1))
            } while accept(",")
            guard accept("}") else { throw failure }
            return .object(object)
        }

        private mutating func array(depth: Int) throws(JSONError) -> JSON {
            var elements: [JSON] = []
            position += 1
            if accept("]") { return .array(elements) }
            repeat { elements.append(try value(depth: depth + 1)) } while accept(",")
            guard accept("]") else { throw failure }
            return .array(elements)
        }

        private mutating func number() throws(JSONError) -> JSON {
            let start = position
            while let byte = next, (0x30...0x39).contains(byte) || "+-.eE".utf8.contains(byte) { position += 1 }
            let text = String(decoding: bytes[start..<position], as: UTF8.self)
            if let value = Int64(text), !text.hasPrefix("+") { return .integer(value) }
            guard let value = Double(text) else { throw failure }
            return .number(value)
        }

        private mutating func string() throws(JSONError) -> String {
            guard next == UInt8(ascii: "\"") else { throw failure }
            position += 1
            var text: [UInt8] = []
            while let byte = next {
                position += 1
                switch byte {
                case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
                case UInt8(ascii: "\\"): try escape(into: &text)
                default: text.append(byte)
                }
            }
            throw failure
        }

        private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
            guard let byte = next else { throw failure }
            position += 1
            switch byte {
            case UInt8(ascii: "n"): text.append(0x0a)
            case UInt8(ascii: "r"): text.append(0x0d)
            case UInt8(ascii: "t"): text.append(0x09)
            case UInt8(ascii: "b"): text.append(0x08)
            case UInt8(ascii: "f"): text.append(0x0c)
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
            case UInt8(ascii: "u"): text.append(contentsOf: String(Character(try escapedScalar())).utf8)
            default: throw failure
            }
        }

        private mutating func escapedScalar() throws(JSONError) -> Unicode.Scalar {
            let unit = try hexUnit()
            if let scalar = Unicode.Scalar(unit) { return scalar }
            guard unit < 0xdc00, bytes[position...].starts(with: "\\u".utf8) else { return "\u{fffd}" }
            position += 2
            let low = try hexUnit()
            guard (0xdc00..<0xe000).contains(low) else { return "\u{fffd}" }
            return Unicode.Scalar(0x10000 + (unit - 0xd800) << 10 + (low - 0xdc00)) ?? "\u{fffd}"
        }

        private mutating func hexUnit() throws(JSONError) -> UInt32 {
            guard bytes.count - position >= 4 else { throw failure }
            let text = String(decoding: bytes[position..<position + 4], as: UTF8.self)
            guard let unit = UInt32(text, radix: 16), !text.hasPrefix("+") else { throw failure }
            position += 4
            return unit
        }
    }
}
