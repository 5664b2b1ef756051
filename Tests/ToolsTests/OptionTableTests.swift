import Testing

@testable import Tools

@Suite struct OptionTableTests {
    private let table = OptionTable(
        "A table.",
        [
            .string("server", "where", "A server.", isRequired: true),
            .integer("count", "n", "A number.", initial: "7"),
            .flag("list", "A flag."), .optional("codec", "codec", "Maybe a codec."), .string("config", "k=v", "Many."),
        ])

    private func message(_ arguments: String...) -> String? {
        do throws(UsageFailure) {
            let options = try table.parse(arguments)
            _ = try options.value("server")
            return nil
        } catch { return error.message }
    }

    @Test(arguments: [["--server", "x"], ["--server=x"], ["-server", "x"], ["-server=x"]])
    func allFormsAreTaken(arguments: [String]) throws {
        #expect(try table.parse(arguments).value("server") == "x")
    }

    @Test func usageErrorsAreKafkasSentences() {
        #expect(message("--nosuch", "--server", "x") == "nosuch is not a recognized option")
        #expect(message("--server") == "Option server requires an argument")
        #expect(message("--server", "x", "--count", "abc") == "Cannot parse argument 'abc' of option count")
        #expect(message("--list") == "Missing required argument \"[server]\"")
        #expect(
            message("--server", "a", "--server", "b")
                == "Found multiple arguments for option server, but you asked for only one")
        #expect(message("--serv", "a") == "serv is not a recognized option")
    }

    @Test func strayWordsAndAFlagsValueAreIgnored() throws {
        let options = try table.parse(["stray", "--server", "x", "--list=true", "more"])
        #expect(options.has("list"))
        #expect(try options.value("server") == "x")
    }

    @Test func anOptionalValueIsTakenOnlyWhereOneStands() throws {
        #expect(try table.parse(["--server", "x", "--codec"]).value("codec") == nil)
        #expect(try table.parse(["--codec", "--server", "x"]).has("codec"))
        #expect(try table.parse(["--codec", "zstd", "--server", "x"]).value("codec") == "zstd")
    }

    @Test func repeatedOptionsKeepTheirOrderAndDefaultsStand() throws {
        let options = try table.parse(["--server", "x", "--config", "a=1", "--config", "b=2"])
        #expect(options.all("config") == ["a=1", "b=2"])
        #expect(try options.integer("count") == 7)
    }

    @Test func theHelpTableIsEightyWideAndSorted() {
        let lines = table.help.split(separator: "\n")
        #expect(lines.allSatisfy { $0.count <= 80 })
        #expect(lines.first?.hasPrefix("Option ") == true)
        let names = lines.filter { $0.hasPrefix("--") && !$0.hasPrefix("---") }.map { $0.prefix { $0 != " " } }
        #expect(names == names.sorted())
        #expect(table.help.contains("(default: 7)"))
    }
}

@Suite struct ArgumentTableTests {
    private let table = ArgumentTable(
        program: "kafka-storage format",
        arguments: [
            .init("config", "c", isRequired: true, "A file."), .init("cluster-id", "t", "An id."),
            .init("ignore-formatted", "g", takesValue: false, "A flag."),
        ])

    private func message(_ words: String...) -> String? {
        do throws(UsageFailure) {
            _ = try table.parse(words)
            return nil
        } catch { return error.message.split(separator: "\n").last.map(String.init) }
    }

    @Test func aliasesPrefixesAndEqualsSignsAreTaken() throws {
        let given = try table.parse(["-c", "f", "--clus=x", "--ig"])
        #expect(given == ["config": ["f"], "cluster-id": ["x"], "ignore-formatted": [""]])
    }

    @Test func usageErrorsNameTheArgument() {
        #expect(message() == "kafka-storage format: error: argument -c/--config is required")
        #expect(message("-c") == "kafka-storage format: error: argument -c/--config: expected one argument")
        #expect(message("-c", "f", "--x") == "kafka-storage format: error: unrecognized arguments: '--x'")
        #expect(message("-c", "f", "--c=1") == "kafka-storage format: error: unrecognized arguments: '--c=1'")
    }
}
