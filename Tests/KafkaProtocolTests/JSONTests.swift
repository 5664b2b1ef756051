import KafkaProtocol
import Testing

@Suite struct JSONTests {
    @Test(arguments: [
        "null", "true", "-9223372036854775808", "1.5", "\"a\\u0000\\n\"", "[]", "[1,[2]]", "{\"a\":{\"b\":null}}",
    ])
    func writtenValuesReadBackTheSame(text: String) throws {
        let value = try JSON(text)
        #expect(try JSON("\(value)") == value)
    }

    @Test func escapesAreRead() throws {
        #expect(try JSON("\"\\ud83d\\ude80 \\u00fc\\/\"") == .string("🚀 ü/"))
    }

    @Test(arguments: ["", "[", "{\"a\"}", "tru", "\"", "1 2", "\"\\u12\"", "\"\\ud800\\u1\"", "-", "[1,]"])
    func brokenTextIsAnError(text: String) {
        #expect(throws: JSONError.self) { try JSON(text) }
    }

    @Test func endlessNestingIsAnError() {
        #expect(throws: JSONError.self) { try JSON(String(repeating: "[", count: 100_000)) }
    }
}
