import Broker
import Bytes
import Metadata
import Reactor

/// kafka-storage.sh
enum Storage {
    /// The one that this broker works with.
    private static let release = (name: "4.3-IV0", level: Int16(30))
    private static let program = "kafka-storage"

    static func run(_ invocation: Invocation) -> Int32 {
        let words = Array(invocation.arguments.dropFirst())
        return invocation.onCore { core, terminal in
            do throws(UsageFailure) {
                switch invocation.arguments.first {
                case nil: throw UsageFailure("\(usage)\n\(program): error: too few arguments", showsTable: false)
                case "-h", "--help": terminal.print(help)
                case "random-uuid":
                    _ = try ArgumentTable(program: program + " random-uuid", arguments: []).parse(words)
                    terminal.print(Format.randomID(core).text)
                case "format": return try await format(words, core, terminal)
                case "info": return try info(words, core, terminal)
                case "version-mapping": return try versionMapping(words, terminal)
                case let other?:
                    let choices = "'info', 'format', 'version-mapping', 'random-uuid'"
                    throw UsageFailure(
                        "\(usage)\n\(program): error: invalid choice: '\(other)' (choose from \(choices))",
                        showsTable: false)
                }
                return 0
            } catch {
                terminal.error(error.message)
                return 1
            }
        }
    }

    private static let usage = """
        usage: kafka-storage [-h]
                             {info,format,version-mapping,random-uuid}
                             ...
        """

    private static let help =
        usage + """


            The Kafka storage tool.

            positional arguments:
              {info,format,version-mapping,random-uuid}
                info                 Tell about the log directories of this node.
                format               Format the log directories of this node.
                version-mapping      Tell the features that belong to a metadata version.
                random-uuid          Print a random UUID.

            optional arguments:
              -h, --help             show this help message and exit
            """

    // MARK: format

    private static let formatTable = ArgumentTable(
        program: program + " format",
        arguments: [
            .init("config", "c", isRequired: true, "The broker's properties file."),
            .init("cluster-id", "t", isRequired: true, "The cluster's id, the same on all of its nodes."),
            .init("ignore-formatted", "g", takesValue: false, "Leave directories alone that are formatted already."),
            .init("release-version", "r", "The metadata version to begin with."),
            .init("feature", "f", "A feature's level to begin with, as name=level. May be repeated."),
            .init("standalone", "s", takesValue: false, "A controller that is the only one."),
            .init("no-initial-controllers", "N", takesValue: false, "Others say who the controllers are."),
            .init("initial-controllers", "I", "The controllers, as id@host:port:directoryId,…"),
        ])

    private static func format(_ words: [String], _ core: Core, _ terminal: Terminal) async throws(UsageFailure)
        -> Int32
    {
        let given = try formatTable.parse(words)
        if given["help"] != nil {
            terminal.print(formatTable.help)
            return 0
        }
        let configuration = try configuration(given["config"]?.last ?? "", core)
        let kind = try kind(configuration, given)
        let features = try features(given)
        let directories = configuration.logDirectories
        let fresh = directories.filter { !Format.isFormatted($0, core: core) }
        if given["ignore-formatted"] == nil, let formatted = directories.first(where: { !fresh.contains($0) }) {
            throw UsageFailure(
                "Log directory \(formatted) is already formatted. Use --ignore-formatted to ignore this directory and "
                    + "format the others.", showsTable: false)
        }
        if fresh.isEmpty {
            terminal.print("All of the log directories are already formatted.")
            return 0
        }
        let format = Format(
            clusterID: given["cluster-id"]?.last ?? "", nodeID: configuration.nodeID, features: features)
        for directory in fresh {
            let shown = directory == configuration.metadataLogDirectory ? kind : "data directory"
            terminal.print("Formatting \(shown) \(directory) with metadata.version \(release.name).")
            do throws(BrokerFailure) { try await format.write(directory, core: core) } catch {
                throw UsageFailure("\(error)", showsTable: false)
            }
        }
        return 0
    }

    /// What the metadata directory is called, which depends on how the controllers are found.
    private static func kind(
        _ configuration: ServerConfiguration, _ given: [String: [String]]
    ) throws(UsageFailure) -> String {
        let isController = configuration.given["process.roles"]?.contains("controller") ?? false
        if given["standalone"] != nil, !isController {
            throw UsageFailure("You can only use --standalone on a controller.", showsTable: false)
        }
        if !configuration.quorumVoters.isEmpty { return "metadata directory" }
        if given["standalone"] != nil || given["initial-controllers"] != nil {
            return "dynamic metadata voter directory"
        }
        guard !isController || given["no-initial-controllers"] != nil else {
            throw UsageFailure(

                "Because controller.quorum.voters is not set on this controller, you must specify one of "
                    + "the following: "
                    + "--standalone, --initial-controllers, or --no-initial-controllers.", showsTable: false)
        }
        return "dynamic metadata directory"
    }

    private static func features(_ given: [String: [String]]) throws(UsageFailure) -> [Feature] {
        if let wanted = given["release-version"]?.last { try check(release: wanted) }
        for text in given["feature"] ?? [] {
            guard let equals = text.firstIndex(of: "="), let level = Int16(text[text.index(after: equals)...]) else {
                throw UsageFailure(
                    "Can't parse feature=level string \(text): equals sign not found.", showsTable: false)
            }
            let name = String(text[..<equals])
            guard let known = Features.defaults.first(where: { $0.name == name }) else {
                let names = Features.defaults.map(\.name).sorted().joined(separator: ", ")
                throw UsageFailure("Unsupported feature: \(name). Supported features are: \(names)", showsTable: false)
            }
            guard known.level == level else {
                throw UsageFailure(
                    "Unsupported level \(level) of \(name): this broker begins with \(known.level).", showsTable: false)
            }
        }
        return Features.defaults
    }

    private static func check(release wanted: String) throws(UsageFailure) {
        guard wanted == release.name || release.name.hasPrefix(wanted + "-") else {
            throw UsageFailure(
                "Unknown release version '\(wanted)'. Supported versions are: \(release.name) to \(release.name)",
                showsTable: false)
        }
    }

    private static func versionMapping(_ words: [String], _ terminal: Terminal) throws(UsageFailure) -> Int32 {
        let table = ArgumentTable(
            program: program + " version-mapping",
            arguments: [.init("release-version", "r", "The metadata version; the latest without.")])
        let given = try table.parse(words)
        if given["help"] != nil {
            terminal.print(table.help)
            return 0
        }
        if let wanted = given["release-version"]?.last { try check(release: wanted) }
        for feature in Features.defaults {
            let name = feature.name == Feature.metadataVersion ? " (\(release.name))" : ""
            terminal.print("\(feature.name)=\(feature.level)\(name)")
        }
        return 0
    }

    // MARK: info

    private static func info(_ words: [String], _ core: Core, _ terminal: Terminal) throws(UsageFailure) -> Int32 {
        let table = ArgumentTable(
            program: program + " info",
            arguments: [.init("config", "c", isRequired: true, "The broker's properties file.")])
        let given = try table.parse(words)
        if given["help"] != nil {
            terminal.print(table.help)
            return 0
        }
        let found = StorageInfo(try configuration(given["config"]?.last ?? "", core).logDirectories, core)
        terminal.print(found.text, terminator: "")
        return found.problems.isEmpty ? 0 : 1
    }

    private static func configuration(_ path: String, _ core: Core) throws(UsageFailure) -> ServerConfiguration {
        let properties = Properties(try ClientTool.properties(path, core))
        do throws(ConfigError) { return try ServerConfiguration(properties) } catch {
            throw UsageFailure("\(error)", showsTable: false)
        }
    }
}

/// What data directories say of themselves.
struct StorageInfo {
    private(set) var problems: [String] = []
    private var directories: [String] = []
    private var metadata: [(name: String, value: String)]?

    init(_ paths: [String], _ core: Core) {
        for path in paths.sorted() { look(path, core) }
    }

    private mutating func look(_ path: String, _ core: Core) {
        guard let status = try? core.files.status(path) else { return problems.append("\(path) does not exist") }
        guard status.isDirectory else { return problems.append("\(path) is not a directory") }
        directories.append(path)
        guard let bytes = try? core.files.readAll(path + "/meta.properties") else {
            return problems.append("\(path) is not formatted.")
        }
        let properties = Properties(bytes.text)
        let told = properties.names.sorted().map { (name: $0, value: properties[$0] ?? "") }
        guard let first = metadata else {
            metadata = told
            return
        }
        for name in ["cluster.id", "node.id"] {
            let values = [first, told].map { $0.first { $0.name == name }?.value }
            if values[0] != values[1] {
                problems.append(
                    "Mismatched \(name == "cluster.id" ? "cluster" : "node") IDs between storage directories.")
            }
        }
    }

    var text: String {
        var text = Self.section("Found log director", "y:", "ies:", directories)
        if let metadata {
            text += "Found metadata: {\(metadata.map { "\($0.name)=\($0.value)" }.joined(separator: ", "))}\n\n"
        }
        return text + Self.section("Found problem", ":", "s:", problems)
    }

    private static func section(_ title: String, _ one: String, _ many: String, _ lines: [String]) -> String {
        lines.isEmpty ? "" : title + (lines.count == 1 ? one : many) + "\n" + lines.map { "  \($0)\n" }.joined() + "\n"
    }
}
