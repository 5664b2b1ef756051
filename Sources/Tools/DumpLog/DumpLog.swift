import KafkaClient
import Reactor

/// kafka-dump-log.sh: prints the files of a partition's directory. Needs no broker, and changes nothing.
enum DumpLog {
    static let table = OptionTable(
        "This tool prints the files of a log, to see what is in a segment that seems damaged.",
        [
            .string(
                "files", "file1, file2, ...", "The files to print, separated by commas: logs, indexes, snapshots.",
                isRequired: true),
            .flag("print-data-log", "Print keys and values too. Any of the decoders implies it."),
            .flag("deep-iteration", "Print the records of each batch. --print-data-log implies it."),
            .flag("verify-index-only", "Check an index against its log without printing it."),
            .flag("index-sanity-check", "Check an index as a broker does at start, without printing it."),
            .integer("max-message-size", "size", "Bytes of the largest batch an index points to.", initial: "5242880"),
            .integer("max-bytes", "size", "Bytes of a log to read.", initial: "2147483647"),
            .flag("skip-record-metadata", "Print nothing of a record but its key and value, and no control records."),
            .optional("key-decoder-class", "", "How keys are read.", initial: ValueDecoder.initial),
            .optional("value-decoder-class", "", "How values are read.", initial: ValueDecoder.initial),
            .flag("offsets-decoder", "Read the records of __consumer_offsets."),
            .flag("transaction-log-decoder", "Read the records of __transaction_state."),
            .flag("cluster-metadata-decoder", "Read the records of __cluster_metadata."),
            .flag("remote-log-metadata-decoder", "Read the records of __remote_log_metadata."),
            .flag("share-group-state-decoder", "Read the records of __share_group_state."),
        ])

    static func run(_ invocation: Invocation) -> Int32 {
        ClientTool.run(invocation, table) { (options, core, terminal) async throws(UsageFailure) -> Int32 in
            let request = try DumpRequest(options)
            var dump = Dump(request, core.files, terminal)
            do throws(DumpFailure) {
                try dump.run()
                return 0
            } catch {
                terminal.error(error.message)
                return 1
            }
        }
    }
}

/// Why a dump stops: a sentence for standard error.
struct DumpFailure: Error, Equatable {
    let message: String

    init(_ message: String) { self.message = message }
}

/// What a command line of dump-log asks for.
struct DumpRequest: Sendable {
    let files: [String]
    let printsContents: Bool
    let isDeep: Bool
    let verifiesOnly: Bool
    let checksSanityOnly: Bool
    let maxMessageBytes: Int
    let maxBytes: Int
    let skipsMetadata: Bool
    private let special: RecordDecoder?
    private let keyDecoder: String
    private let valueDecoder: String

    init(_ options: ParsedOptions) throws(UsageFailure) {
        var files = (try options.value("files") ?? "").split(separator: ",", omittingEmptySubsequences: false)
        while files.count > 1, files.last == "" { files.removeLast() }
        self.files = files.map { DumpPath.normalised(String($0)) }
        verifiesOnly = options.has("verify-index-only")
        checksSanityOnly = options.has("index-sanity-check")
        maxMessageBytes = try options.integer("max-message-size") ?? 5_242_880
        maxBytes = try options.integer("max-bytes") ?? Int(Int32.max)
        skipsMetadata = options.has("skip-record-metadata")
        special = RecordDecoder.special.first { options.has($0.option) }?.decoder
        keyDecoder = try options.value("key-decoder-class") ?? ValueDecoder.initial
        valueDecoder = try options.value("value-decoder-class") ?? ValueDecoder.initial
        printsContents =
            special != nil
            || ["print-data-log", "key-decoder-class", "value-decoder-class"].contains(where: options.has)
        isDeep = printsContents || options.has("deep-iteration")
    }

    /// Asked for with each log, as a wrong class is no matter for an index.
    func decoder() throws(DumpFailure) -> RecordDecoder {
        if let special { return special }
        return .values(key: try ValueDecoder(named: keyDecoder), value: try ValueDecoder(named: valueDecoder))
    }
}
