import Bytes
import KafkaClient
import Records

/// Writes a record to standard output in one of the ways that Kafka's console consumer knows.
protocol MessageFormatter {
    mutating func write(_ record: ConsumerRecord, to terminal: Terminal)
}

/// Nothing at all.
struct SilentFormatter: MessageFormatter {
    func write(_ record: ConsumerRecord, to terminal: Terminal) {}
}

/// Columns, each before a separator: time, partition, offset, delivery count, leader epoch, headers, key, value.
struct ColumnFormatter: MessageFormatter {
    struct Failure: Error, Equatable {
        let message: String
    }

    private var columns: Set<String> = ["value"]
    private var keySeparator = ByteSlice(utf8: "\t")
    private var lineSeparator = ByteSlice(utf8: "\n")
    private var headersSeparator = ByteSlice(utf8: ",")
    private var nullLiteral = ByteSlice(utf8: "null")
    private var keyDeserializer = Deserializer.bytes
    private var valueDeserializer = Deserializer.bytes
    private var headersDeserializer = Deserializer.bytes
    /// Each record is logged as well.
    private let isLogging: Bool

    init(_ properties: [(name: String, value: String)], isLogging: Bool = false) throws(Failure) {
        self.isLogging = isLogging
        for (name, value) in properties {
            switch name {
            case "print.timestamp", "print.partition", "print.offset", "print.delivery", "print.epoch", "print.headers",
                "print.key", "print.value":
                let column = String(name.dropFirst("print.".count))
                if value.lowercased() == "true" { columns.insert(column) } else { columns.remove(column) }
            case "key.separator": keySeparator = ByteSlice(utf8: value)
            case "line.separator": lineSeparator = ByteSlice(utf8: value)
            case "headers.separator": headersSeparator = ByteSlice(utf8: value)
            case "null.literal": nullLiteral = ByteSlice(utf8: value)
            case "key.deserializer": keyDeserializer = try Self.deserializer(value)
            case "value.deserializer": valueDeserializer = try Self.deserializer(value)
            case "headers.deserializer": headersDeserializer = try Self.deserializer(value)
            default: break
            }
        }
    }

    private static func deserializer(_ name: String) throws(Failure) -> Deserializer {
        guard let deserializer = Deserializer(className: name) else {
            throw Failure(
                message: "The deserializer \(name) isn't one of those of org.apache.kafka.common.serialization.")
        }
        return deserializer
    }

    func write(_ record: ConsumerRecord, to terminal: Terminal) {
        let order = ["timestamp", "partition", "offset", "delivery", "epoch", "headers", "key", "value"].filter(
            columns.contains)
        for (position, column) in order.enumerated() {
            write(column, of: record, to: terminal)
            terminal.write(position == order.count - 1 ? lineSeparator : keySeparator)
        }
        if isLogging {
            let time = record.timestamp < 0 ? "" : "\(Self.time(record)), "
            let key = record.key.map(\.text) ?? "null"
            Terminal.log("INFO", "\(time)key:\(key), value:\(record.value.map(\.text) ?? "null")")
        }
    }

    private func write(_ column: String, of record: ConsumerRecord, to terminal: Terminal) {
        switch column {
        case "timestamp": terminal.print(record.timestamp < 0 ? "NO_TIMESTAMP" : Self.time(record), terminator: "")
        case "partition": terminal.print("Partition:\(record.partition.partition)", terminator: "")
        case "offset": terminal.print("Offset:\(record.offset)", terminator: "")
        case "delivery": terminal.print("Delivery:NOT_PRESENT", terminator: "")
        case "epoch": terminal.print("Epoch:NOT_PRESENT", terminator: "")
        case "headers": writeHeaders(record.headers, to: terminal)
        case "key": write(record.key, keyDeserializer, to: terminal)
        default: write(record.value, valueDeserializer, to: terminal)
        }
    }

    private static func time(_ record: ConsumerRecord) -> String {
        (record.timestampType == .logAppendTime ? "LogAppendTime:" : "CreateTime:") + String(record.timestamp)
    }

    private func writeHeaders(_ headers: [RecordHeader], to terminal: Terminal) {
        if headers.isEmpty { return terminal.print("NO_HEADERS", terminator: "") }
        for (position, header) in headers.enumerated() {
            if position > 0 { terminal.write(headersSeparator) }
            terminal.write(header.keyBytes)
            terminal.print(":", terminator: "")
            write(header.value, headersDeserializer, to: terminal)
        }
    }

    private func write(_ bytes: ByteSlice?, _ deserializer: Deserializer, to terminal: Terminal) {
        guard let bytes else { return terminal.write(nullLiteral) }
        if let text = deserializer.text(bytes) {
            terminal.print(text, terminator: "")
        } else {
            terminal.write(bytes)
        }
    }
}

/// What the classes of `org.apache.kafka.common.serialization` make of bytes.
enum Deserializer: String {
    case bytes = "ByteArray"
    case string = "String"
    case bytesObject = "Bytes"
    case short = "Short"
    case integer = "Integer"
    case long = "Long"
    case float = "Float"
    case double = "Double"
    case uuid = "UUID"
    case void = "Void"

    /// By the class's name, with or without its package.
    init?(className: String) {
        guard let last = className.split(separator: ".").last, last.hasSuffix("Deserializer") else { return nil }
        self.init(rawValue: String(last.dropLast("Deserializer".count)))
    }

    /// Nil where the bytes are written as they are.
    func text(_ bytes: ByteSlice) -> String? {
        switch self {
        case .bytes, .string, .bytesObject: nil
        case .short: Self.integer(bytes, Int16.self)
        case .integer: Self.integer(bytes, Int32.self)
        case .long: Self.integer(bytes, Int64.self)
        case .float: Self.bits(bytes, UInt32.self).map { "\(Float(bitPattern: $0))" }
        case .double: Self.bits(bytes, UInt64.self).map { "\(Double(bitPattern: $0))" }
        case .uuid: nil
        case .void: "null"
        }
    }

    private static func integer<Integer: FixedWidthInteger>(_ bytes: ByteSlice, _ type: Integer.Type) -> String? {
        bits(bytes, type).map { "\($0)" }
    }

    private static func bits<Integer: FixedWidthInteger>(_ bytes: ByteSlice, _ type: Integer.Type) -> Integer? {
        guard bytes.count == MemoryLayout<Integer>.size else { return nil }
        return bytes.array.reduce(Integer(0)) { $0 << 8 | Integer(truncatingIfNeeded: $1) }
    }
}
