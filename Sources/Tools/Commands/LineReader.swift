import Bytes
import KafkaClient
import Records

/// Makes records of lines, as the console producer's default reader does.
struct LineReader {
    struct Failure: Error, Equatable {
        let message: String
    }

    private var parsesKey = false
    private var parsesHeaders = false
    private var keySeparator: [UInt8] = [0x09]
    private var headersDelimiter: [UInt8] = [0x09]
    private var headersSeparator = TextSplitter(",")
    private var headerKeySeparator: [UInt8] = [0x3a]
    private var ignoresErrors = false
    private var nullMarker: [UInt8]?
    private let topic: String
    private var lineNumber = 0

    init(_ topic: String, _ properties: [(name: String, value: String)]) throws(Failure) {
        self.topic = topic
        var separators = [
            "key.separator": "\t", "headers.delimiter": "\t", "headers.separator": ",", "headers.key.separator": ":",
        ]
        for (name, value) in properties {
            switch name {
            case "parse.key": parsesKey = value.lowercased() == "true"
            case "parse.headers": parsesHeaders = value.lowercased() == "true"
            case "ignore.error": ignoresErrors = value.lowercased() == "true"
            case "null.marker": nullMarker = Array(value.utf8)
            default: if separators[name] != nil { separators[name] = value }
            }
        }
        keySeparator = Array((separators["key.separator"] ?? "").utf8)
        headersDelimiter = Array((separators["headers.delimiter"] ?? "").utf8)
        headersSeparator = TextSplitter(separators["headers.separator"] ?? "")
        headerKeySeparator = Array((separators["headers.key.separator"] ?? "").utf8)
        for (left, right) in [
            ("headers.delimiter", "headers.separator"), ("headers.delimiter", "headers.key.separator"),
            ("headers.separator", "headers.key.separator"),
        ] where separators[left] == separators[right] {
            throw Failure(message: "\(left) and \(right) may not be equal")
        }
        if parsesKey, let nullMarker {
            for (name, bytes) in [("key.separator", keySeparator), ("headers.delimiter", headersDelimiter)]
            where bytes == nullMarker {
                throw Failure(message: "null.marker and \(name) may not be equal")
            }
        }
    }

    /// The record of the next line.
    mutating func record(_ line: ArraySlice<UInt8>) throws(Failure) -> ProducerRecord {
        lineNumber += 1
        var rest = line
        var record = ProducerRecord(topic: topic, value: nil)
        do throws(Failure) {
            if parsesHeaders {
                let text = try take(&rest, headersDelimiter, "headers delimiter", line)
                if let text, !isNull(text) { record.headers = try headers(text) }
            }
            if parsesKey {
                let text = try take(&rest, keySeparator, "key separator", line)
                record.key = text.flatMap(nullable)
            }
        } catch {
            guard ignoresErrors else { throw error }
            rest = line
        }
        record.value = nullable(rest)
        return record
    }

    private func take(
        _ rest: inout ArraySlice<UInt8>, _ separator: [UInt8], _ what: String, _ line: ArraySlice<UInt8>
    ) throws(Failure) -> ArraySlice<UInt8>? {
        guard let found = rest.firstRange(of: separator) else {
            if ignoresErrors { return nil }
            throw Failure(
                message: "No \(what) found on line number \(lineNumber): '\(String(decoding: line, as: UTF8.self))'")
        }
        defer { rest = rest[found.upperBound...] }
        return rest[..<found.lowerBound]
    }

    private func headers(_ text: ArraySlice<UInt8>) throws(Failure) -> [RecordHeader] {
        var headers: [RecordHeader] = []
        for pair in headersSeparator.split(String(decoding: text, as: UTF8.self)) {
            let bytes = Array(pair.utf8)[...]
            guard let found = bytes.firstRange(of: headerKeySeparator) else {
                if ignoresErrors {
                    headers.append(RecordHeader(pair, nil))
                    continue
                }
                throw Failure(message: "No header key separator found in pair '\(pair)' on line number \(lineNumber)")
            }
            let name = bytes[..<found.lowerBound]
            headers.append(RecordHeader(keyBytes: ByteSlice(Array(name)), value: nullable(bytes[found.upperBound...])))
        }
        return headers
    }

    private func isNull(_ bytes: ArraySlice<UInt8>) -> Bool { nullMarker.map { bytes.elementsEqual($0) } ?? false }

    private func nullable(_ bytes: ArraySlice<UInt8>) -> ByteSlice? {
        isNull(bytes) ? nil : bytes.withUnsafeBytes { ByteSlice(copying: $0) }
    }
}

/// Splits at what matches a regular expression.
struct TextSplitter {
    private let separator: String

    init(_ separator: String) { self.separator = separator }

    func split(_ text: String) -> [String] {
        guard let expression = try? Regex(separator) else { return text.split(separator: separator).map(String.init) }
        return text.split(separator: expression, omittingEmptySubsequences: false).map(String.init)
    }
}
