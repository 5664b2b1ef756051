import Bytes
import KafkaClient
import Reactor

/// kafka-console-producer.sh
enum ConsoleProducer {
    static let table = OptionTable(
        "This tool helps to read data from standard input and publish it to Kafka.",
        [
            .string("topic", "topic", "The topic name to produce messages to.", isRequired: true),
            .string(
                "bootstrap-server", "server to connect to", "The server(s) to connect to, as HOST1:PORT1,HOST2:PORT2."),
            .string("broker-list", "broker-list", "(DEPRECATED) Use --bootstrap-server."),
            .flag("sync", "Send each line by itself and wait for its answer."),
            .optional(
                "compression-codec", "compression-codec",
                "The compression codec: 'none', 'gzip', 'snappy', 'lz4' or 'zstd'; 'gzip' where none is named."),
            .integer(
                "batch-size", "size", "Bytes gathered for a partition before they are sent (batch.size).",
                initial: "16384"),
            .integer(
                "max-partition-memory-bytes", "memory in bytes per partition",
                "(Deprecated) The same; wins over --batch-size.", initial: "16384"),
            .integer("message-send-max-retries", "", "Attempts after the first (retries).", initial: "3"),
            .long("retry-backoff-ms", "", "Pause before another attempt (retry.backoff.ms).", initial: "100"),
            .long("timeout", "timeout_ms", "How long a message may wait for others (linger.ms).", initial: "1000"),
            .string(
                "request-required-acks", "request required acks", "Whose acknowledgement is waited for (acks).",
                initial: "-1"),
            .integer(
                "request-timeout-ms", "request timeout ms", "How long an answer may take (request.timeout.ms).",
                initial: "1500"),
            .long(
                "metadata-expiry-ms", "metadata expiration interval",
                "How long metadata is believed (metadata.max.age.ms).", initial: "300000"),
            .long("max-block-ms", "max block on send", "How long sending may block (max.block.ms).", initial: "60000"),
            .long(
                "max-memory-bytes", "total memory in bytes", "Memory for what waits to be sent (buffer.memory).",
                initial: "33554432"),
            .integer("socket-buffer-size", "size", "Accepted; the kernel sizes its buffers itself.", initial: "102400"),
            .string(
                "line-reader", "reader_class", "The class that reads lines.",
                initial: "org.apache.kafka.tools.LineMessageReader"),
            .string("property", "prop", "(DEPRECATED) Use --reader-property."),
            .string(
                "reader-property", "prop",

                "A setting of the reader: parse.key, key.separator, parse.headers, headers.delimiter, "
                    + "headers.separator, headers.key.separator, ignore.error, null.marker."
            ),
            .string("reader-config", "config file", "Properties file for the reader; --reader-property wins over it."),
            .string("producer-property", "producer_prop", "(DEPRECATED) Use --command-property."),
            .string("command-property", "producer_prop", "A setting of the producer, as key=value."),
            .string("producer.config", "config file", "(DEPRECATED) Use --command-config."),
            .string(
                "command-config", "config file", "Properties file for the producer; --command-property wins over it."),
        ])

    static func run(_ invocation: Invocation) -> Int32 {
        ClientTool.run(invocation, table) { (options, core, terminal) async throws(UsageFailure) -> Int32 in
            try check(options, terminal)
            let configuration = try configuration(options, core)
            let topic = try options.value("topic") ?? ""
            let properties = try readerProperties(options, core)
            var reader: LineReader
            do throws(LineReader.Failure) { reader = try LineReader(topic, properties) } catch {
                throw UsageFailure("org.apache.kafka.common.KafkaException: \(error.message)", showsTable: false)
            }
            let producer = Producer(configuration, core: core)
            return await send(&reader, producer, isSync: options.has("sync"), terminal)
        }
    }

    private static func check(_ options: ParsedOptions, _ terminal: Terminal) throws(UsageFailure) {
        guard options.has("bootstrap-server") || options.has("broker-list") else {
            throw UsageFailure("Missing required argument \"[bootstrap-server]\"")
        }
        if options.has("broker-list") {
            terminal.error("Warning: --broker-list is no longer an option of Kafka. Use --bootstrap-server instead.")
        }
        let renamed = [
            ("property", "reader-property"), ("producer-property", "command-property"),
            ("producer.config", "command-config"),
        ]
        for (old, new) in renamed where options.has(old) {
            if options.has(new) { throw UsageFailure("Options [\(old)] and [\(new)] cannot be specified together.") }
            terminal.print(
                "Warning: --\(old) is deprecated and will be removed in a future version. Use --\(new) instead.")
        }
    }

    /// A flag that is given beats a property, which beats the file, which beats a flag's default.
    private static func configuration(_ options: ParsedOptions, _ core: Core) throws(UsageFailure)
        -> ClientConfiguration
    {
        let flags = [
            ("batch-size", "batch.size"), ("message-send-max-retries", "retries"),
            ("retry-backoff-ms", "retry.backoff.ms"),
            ("timeout", "linger.ms"), ("request-required-acks", "acks"), ("request-timeout-ms", "request.timeout.ms"),
            ("metadata-expiry-ms", "metadata.max.age.ms"), ("max-block-ms", "max.block.ms"),
            ("max-memory-bytes", "buffer.memory"), ("socket-buffer-size", "send.buffer.bytes"),
            ("max-partition-memory-bytes", "batch.size"),
        ]
        var properties: [(name: String, value: String)] = []
        for (flag, name) in flags { properties.append((name, try options.value(flag) ?? "")) }
        properties.append(("client.id", "console-producer"))
        for file in ["producer.config", "command-config"] {
            if let path = try options.value(file) { properties += try ClientTool.properties(path, core) }
        }
        properties += try ClientTool.pairs(options.all("producer-property") + options.all("command-property"))
        for (flag, name) in flags where options.has(flag) { properties.append((name, try options.value(flag) ?? "")) }
        if options.has("compression-codec") {
            properties.append(("compression.type", try options.value("compression-codec") ?? "gzip"))
        }
        properties.append(
            (
                "bootstrap.servers",
                try options.value(options.has("bootstrap-server") ? "bootstrap-server" : "broker-list") ?? ""
            ))
        return try ClientTool.configuration(properties, logger: "Producer")
    }

    private static func readerProperties(
        _ options: ParsedOptions, _ core: Core
    ) throws(UsageFailure) -> [(name: String, value: String)] {
        var properties: [(name: String, value: String)] = []
        if let file = try options.value("reader-config") { properties += try ClientTool.properties(file, core) }
        // Separators may hold an equals sign: only the first one splits.
        return properties + (try ClientTool.pairs(options.all("property") + options.all("reader-property")))
    }

    private static func send(
        _ reader: inout LineReader, _ producer: Producer, isSync: Bool, _ terminal: Terminal
    ) async -> Int32 {
        let input = StandardInput()
        var rest: [UInt8] = []
        var code: Int32 = 0
        func prompt() {
            guard terminal.isInteractive else { return }
            terminal.print(">", terminator: "")
        }
        prompt()
        terminal.flush()
        reading: while true {
            let bytes = await input.read()
            let isEnd = bytes.isEmpty
            rest += bytes.array
            var start = 0
            while true {
                let end = rest[start...].firstIndex(of: 0x0a)
                if end == nil, !(isEnd && start < rest.count) { break }
                var line = rest[start..<(end ?? rest.count)]
                if line.last == 0x0d { line.removeLast() }
                start = (end ?? rest.count - 1) + 1
                do throws(LineReader.Failure) {
                    await Self.send(try reader.record(line), producer, isSync: isSync)
                } catch {
                    terminal.error("org.apache.kafka.common.KafkaException: \(error.message)")
                    code = 1
                    break reading
                }
                prompt()
            }
            rest.removeSubrange(..<start)
            terminal.flush()
            if isEnd { break }
        }
        await producer.close()
        return code
    }

    private static func send(_ record: ProducerRecord, _ producer: Producer, isSync: Bool) async {
        do throws(ClientError) {
            if isSync {
                _ = try await producer.send(record)
            } else {
                try await producer.enqueue(record) { result in
                    if case .failure(let error) = result { report(record, error) }
                }
            }
        } catch { report(record, error) }
    }

    private static func report(_ record: ProducerRecord, _ error: ClientError) {
        func size(_ bytes: ByteSlice?) -> String { bytes.map { "\($0.count) bytes" } ?? "null" }
        Terminal.log(
            "ERROR",

            "Error when sending message to topic \(record.topic) with key: \(size(record.key)), value: "
                + "\(size(record.value)) "
                + "with error: (org.apache.kafka.clients.producer.internals.ErrorLoggingCallback)\n"
                + "\(JavaName.of(error)): \(error.message)")
    }
}
