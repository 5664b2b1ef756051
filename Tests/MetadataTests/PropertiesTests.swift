import Testing

@testable import Metadata

@Suite struct PropertiesTests {
    private func value(_ text: String, _ name: String = "a") -> String? { Properties(text)[name] }

    @Test func separatorsAreEqualsColonAndBlank() {
        #expect(value("a=1") == "1")
        #expect(value("a:1") == "1")
        #expect(value("a 1") == "1")
        #expect(value("  a \t=  1 ") == "1 ")
        #expect(value("a==1") == "=1")
    }

    @Test func aLineWithoutSeparatorIsANameWithAnEmptyValue() { #expect(value("a") == "") }

    @Test func hashAndBangBeginComments() {
        #expect(Properties("#a=1\n ! b=2\nc=#3").dictionary == ["c": "#3"])
    }

    @Test func aCommentIsNotContinued() { #expect(value("# x \\\na=1") == "1") }

    @Test func aBackslashAtTheEndContinuesTheLine() {
        #expect(value("a=1,\\\n   2,\\\r\n\t3\nb=4") == "1,2,3")
        #expect(value("a\\\n b=1", "ab") == "1")
        #expect(value("a\\\\\nb=1") == nil)
    }

    @Test func escapesStandForTheirCharacters() {
        #expect(value("a=\\t\\n\\r\\f\\x\\\\") == "\t\n\r\u{c}x\\")
        #expect(value("a\\=b=1", "a=b") == "1")
        #expect(value("a=\\u00e9\\uD83D\\uDE00") == "é😀")
        #expect(value("a=\\uZZ") == "\u{fffd}ZZ")
        #expect(value("a=\\ud83d") == "\u{fffd}")
    }

    @Test func carriageReturnsEndLinesToo() { #expect(Properties("a=1\r\nb=2\rc=3").names == ["a", "b", "c"]) }

    @Test func aByteOrderMarkIsNotPartOfTheFirstName() { #expect(value("\u{feff}a=1") == "1") }

    @Test func theLaterLineWins() { #expect(value("a=1\nb=2\na=3") == "3") }

    @Test func whatIsWrittenReadsTheSame() {
        let all = Properties([("a b", " x=y "), ("#c", "line\nbreak\\"), ("d:e", "ü#!"), ("f", "")])
        #expect(Properties(all.text) == all)
    }

    @Test func brokenEndsDontTrap() {
        for text in ["a=\\", "\\", "a=\\u", "a=\\u12", "=", "\\u", "a\\"] { _ = Properties(text) }
    }
}
