import KafkaClient
import KafkaProtocol
import Reactor
import Synchronization

/// kafka-console-consumer.sh
enum ConsoleConsumer {
    static let table = OptionTable(
        "This tool helps to read data from Kafka topics and outputs it to standard output.",
        [
            .string("topic", "topic", "The topic to consume from."),
            .string("include", "Java regex (String)", "A regular expression of the topics to consume from."),
            .string("whitelist", "Java regex (String)", "(DEPRECATED) Use --include."),
            .integer("partition", "partition", "The partition to consume from; from its end unless --offset is given."),
            .string(
                "offset", "consume offset", "The offset to begin with: a number, 'earliest' or 'latest'.",
                initial: "latest"),
            .string("bootstrap-server", "server to connect to", "The server(s) to connect to.", isRequired: true),
            .flag("from-beginning", "Begin with the earliest record where the group has committed no offset."),
            .string("group", "consumer group id", "The group to consume with."),
            .integer("max-messages", "num_messages", "How many records to consume; without end when not given."),
            .long("timeout-ms", "timeout_ms", "End when no record came for that long."),
            .flag("skip-message-on-error", "A record that can't be read is skipped."),
            .string(
                "isolation-level", "", "read_committed hides records of transactions that are open or aborted.",
                initial: "read_uncommitted"),
            .string(
                "formatter", "class", "The class that prints records.",
                initial: "org.apache.kafka.tools.consumer.DefaultMessageFormatter"),
            .string(
                "formatter-property", "prop",

                "A setting of the formatter: print.timestamp, print.key, print.offset, print.partition, "
                    + "print.epoch, print.headers, print.value, key.separator, line.separator, headers.separator, "
                    + "null.literal, key.deserializer, value.deserializer, headers.deserializer."
            ),
            .string("property", "prop", "(DEPRECATED) Use --formatter-property."),
            .string(
                "formatter-config", "config file",
                "Properties file for the formatter; --formatter-property wins over it."),
            .string("key-deserializer", "deserializer for keys", "The class that reads keys."),
            .string("value-deserializer", "deserializer for values", "The class that reads values."),
            .string("command-property", "consumer_prop", "A setting of the consumer, as key=value."),
            .string("consumer-property", "consumer_prop", "(DEPRECATED) Use --command-property."),
            .string(
                "command-config", "config file", "Properties file for the consumer; --command-property wins over it."),
            .string("consumer.config", "config file", "(DEPRECATED) Use --command-config."),
            .flag("enable-systest-events", "Print life-cycle events too."),
            .flag("new-consumer", "Ignored: there is no other."),
        ])

    static func run(_ invocation: Invocation) -> Int32 {
        let signals = invocation.signals
        return ClientTool.run(invocation, table) { (options, core, terminal) async throws(UsageFailure) -> Int32 in
            let settings = try ConsoleConsumerSettings(options, core)
            let consumer = Consumer(settings.configuration, core: core)
            do throws(ClientError) { try await settings.begin(consumer) } catch {
                terminal.error("\(JavaName.of(error)): \(error.message)")
                return 1
            }
            let stop = Interruption()
            signals.handle { _ in
                stop.raise()
                core.spawn { await consumer.wake() }
            }
            var loop = ConsoleConsumerLoop(consumer, settings, terminal, core, stop)
            return await loop.run()
        }
    }
}

/// Whether the process was asked to end. From any thread.
final class Interruption: Sendable {
    private let flag = Atomic(false)

    func raise() { flag.store(true, ordering: .releasing) }

    var isRaised: Bool { flag.load(ordering: .acquiring) }
}

/// The loop of the console consumer.
struct ConsoleConsumerLoop {
    private let consumer: Consumer
    private let terminal: Terminal
    private let core: Core
    private let settings: ConsoleConsumerSettings
    private let stop: Interruption
    private var formatter: any MessageFormatter
    private var count = 0

    init(
        _ consumer: Consumer, _ settings: ConsoleConsumerSettings, _ terminal: Terminal, _ core: Core,
        _ stop: Interruption
    ) {
        self.consumer = consumer
        self.settings = settings
        self.terminal = terminal
        self.core = core
        self.stop = stop
        formatter = settings.formatter
    }

    mutating func run() async -> Int32 {
        var code: Int32 = 0
        do throws(ClientError) { try await consume() } catch {
            let isTimeout = error == .timedOut("")
            Terminal.log(
                "ERROR",
                isTimeout
                    ? "Error processing message, terminating consumer process: "
                    : "Unknown error when running consumer: ",
                logger: "org.apache.kafka.tools.consumer.ConsoleConsumer")
            Terminal.error(JavaName.of(error) + (error.message.isEmpty ? "" : ": \(error.message)"))
            if !isTimeout { code = 1 }
        }
        await consumer.close()
        if settings.printsEvents { terminal.print("shutdown_complete") }
        terminal.error("Processed a total of \(count) messages")
        return code
    }

    private mutating func consume() async throws(ClientError) {
        var lastRecord = core.now()
        while !stop.isRaised {
            if let limit = settings.maximumRecords, count >= limit { return }
            var wait: Int64 = 1000
            if let timeout = settings.timeoutMilliseconds {
                wait = timeout - core.now().milliseconds(since: lastRecord)
                if wait <= 0 { throw .timedOut("") }
            }
            let records: [ConsumerRecord]
            do throws(ClientError) { records = try await consumer.poll(timeoutMilliseconds: min(wait, 1000)) } catch {
                guard settings.skipsErrors, error.kafkaError == .corruptMessage else { throw error }
                continue
            }
            guard !records.isEmpty else { continue }
            lastRecord = core.now()
            for (position, record) in records.enumerated() {
                if let limit = settings.maximumRecords, count >= limit {
                    // What isn't printed isn't consumed: the group goes on there.
                    await giveBack(records[position...])
                    break
                }
                formatter.write(record, to: terminal)
                count += 1
            }
            terminal.flush()
            if terminal.isBroken {
                terminal.error("Unable to write to standard out, closing consumer.")
                return
            }
        }
    }

    private func giveBack(_ records: ArraySlice<ConsumerRecord>) async {
        var seen: Set<TopicPartition> = []
        for record in records where seen.insert(record.partition).inserted {
            await consumer.seek(record.partition, to: record.offset)
        }
    }
}
