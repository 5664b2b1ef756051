import Bytes
import KafkaClient
import Metadata
import Reactor

/// What the commands that talk to a cluster share.
enum ClientTool {
    /// Parses, answers `--help` and `--version`, and runs `body`; usage errors end with the table on standard error.
    static func run(
        _ invocation: Invocation, _ table: OptionTable, withoutArguments: String? = nil,
        _ body: @escaping @Sendable (ParsedOptions, Core, Terminal) async throws(UsageFailure) -> Int32
    ) -> Int32 {
        if invocation.arguments.isEmpty {
            Terminal.error((withoutArguments ?? table.summary) + "\n" + table.help)
            return 1
        }
        do throws(UsageFailure) {
            let options = try table.parse(invocation.arguments)
            if options.has("help") {
                let terminal = Terminal()
                terminal.print(table.summary + "\n" + table.help, terminator: "")
                terminal.flush()
                return 0
            }
            if options.has("version") {
                let terminal = Terminal()
                terminal.print(Tools.kafkaVersion)
                terminal.flush()
                return 0
            }
            return invocation.onCore { core, terminal in
                do throws(UsageFailure) { return try await body(options, core, terminal) } catch {
                    terminal.error(text(error, table))
                    return 1
                }
            }
        } catch {
            Terminal.error(text(error, table))
            return 1
        }
    }

    private static func text(_ failure: UsageFailure, _ table: OptionTable) -> String {
        failure.showsTable ? failure.message + "\n" + table.help : failure.message
    }

    /// The names and values of a properties file.
    static func properties(_ path: String, _ core: Core) throws(UsageFailure) -> [(name: String, value: String)] {
        do throws(Errno) {
            let properties = Properties(try core.files.readAll(path).text)
            return properties.names.map { ($0, properties[$0] ?? "") }
        } catch { throw UsageFailure("\(path): \(error)", showsTable: false) }
    }

    /// `k=v` arguments, each split at the first `=`.
    static func pairs(_ arguments: [String]) throws(UsageFailure) -> [(name: String, value: String)] {
        var pairs: [(name: String, value: String)] = []
        for argument in arguments where !argument.isEmpty {
            guard let equals = argument.firstIndex(of: "="), equals != argument.startIndex else {
                throw UsageFailure("Invalid command line properties: \(argument)", showsTable: false)
            }
            pairs.append((String(argument[..<equals]), String(argument[argument.index(after: equals)...])))
        }
        return pairs
    }

    /// A client's configuration, whose warnings go to standard error.
    static func configuration(
        _ properties: [(name: String, value: String)], logger: String
    ) throws(UsageFailure) -> ClientConfiguration {
        var configuration: ClientConfiguration
        do throws(ClientError) { configuration = try ClientConfiguration(properties) } catch {
            throw UsageFailure("org.apache.kafka.common.config.ConfigException: \(error.message)", showsTable: false)
        }
        for warning in configuration.warnings { Terminal.log("WARN", warning, logger: logger) }
        let clientID = configuration.clientID
        configuration.warn = {
            Terminal.log("WARN", "[\(logger) clientId=\(clientID)] \($0)", logger: "org.apache.kafka.clients")
        }
        return configuration
    }

    /// An admin for `--bootstrap-server` and `--command-config`.
    static func admin(
        _ options: ParsedOptions, _ core: Core, clientID: String = "adminclient-1"
    ) throws(UsageFailure) -> Admin {
        var properties: [(name: String, value: String)] = [("client.id", clientID)]
        if let file = try options.value("command-config") { properties += try Self.properties(file, core) }
        properties.append(("bootstrap.servers", try options.value("bootstrap-server") ?? ""))
        return Admin(try configuration(properties, logger: "AdminClient"), core: core)
    }
}
