import Bytes
import KafkaClient
import Records
import Testing

@testable import Tools

@Suite struct LineReaderTests {
    private func read(_ line: String, _ properties: [(name: String, value: String)]) throws -> (
        String?, String?, [String]
    ) {
        var reader = try LineReader("t", properties)
        let record = try reader.record(Array(line.utf8)[...])
        return (record.key?.text, record.value?.text, record.headers.map { "\($0.key)=\($0.value?.text ?? "null")" })
    }

    @Test func aLineIsAValue() throws {
        #expect(try read("k:v", []) == (nil, "k:v", []))
        #expect(try read("", []) == (nil, "", []))
    }

    @Test func keysEndAtTheFirstSeparator() throws {
        let properties = [(name: "parse.key", value: "true"), (name: "key.separator", value: ":")]
        #expect(try read("k:v:w", properties) == ("k", "v:w", []))
        #expect(try read("k:", properties) == ("k", "", []))
        #expect(throws: LineReader.Failure(message: "No key separator found on line number 1: 'nokey'")) {
            try read("nokey", properties)
        }
    }

    @Test func headersStandBeforeTheKey() throws {
        let properties = [(name: "parse.key", value: "true"), (name: "parse.headers", value: "true")]
        #expect(try read("a:1,b:2\tk\tv", properties) == ("k", "v", ["a=1", "b=2"]))
        #expect(throws: LineReader.Failure(message: "No header key separator found in pair 'x' on line number 1")) {
            try read("x\tk\tv", properties)
        }
    }

    @Test func theMarkerStandsForNull() throws {
        let properties = [(name: "parse.key", value: "true"), (name: "null.marker", value: "NULL")]
        #expect(try read("k\tNULL", properties) == ("k", nil, []))
    }

    @Test func errorsCanBeIgnored() throws {
        #expect(try read("nokey", [("parse.key", "true"), ("ignore.error", "true")]) == (nil, "nokey", []))
    }

    @Test func equalSeparatorsAreRefused() {
        #expect(throws: LineReader.Failure(message: "headers.delimiter and headers.separator may not be equal")) {
            try LineReader("t", [("headers.delimiter", ",")])
        }
    }
}

private func == (left: (String?, String?, [String]), right: (String?, String?, [String])) -> Bool {
    left.0 == right.0 && left.1 == right.1 && left.2 == right.2
}
