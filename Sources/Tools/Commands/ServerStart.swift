import Broker
import Bytes
import Glibc
import Metadata
import Reactor
import Synchronization

/// kafka-server-start.sh
enum ServerStart {
    static func run(_ invocation: Invocation) -> Int32 {
        let request: ServerStartRequest
        do throws(UsageFailure) { request = try ServerStartRequest(invocation.arguments) } catch {
            let terminal = Terminal()
            terminal.print(error.message)
            terminal.flush()
            return 1
        }
        switch request.kind {
        case .help:
            let terminal = Terminal()
            terminal.print(ServerStartRequest.usage)
            terminal.flush()
            return 0
        case .version:
            let terminal = Terminal()
            terminal.print(Tools.kafkaVersion)
            terminal.flush()
            return 0
        case .start: return start(request, invocation.signals)
        }
    }

    private static func start(_ request: ServerStartRequest, _ signals: Signals) -> Int32 {
        let configuration: ServerConfiguration
        let cores: CoreSet
        do {
            configuration = try request.configuration()
            let cpus = configuration.cpus
            cores = try CoreSet(CoreOptions(count: configuration.cores, cpus: cpus.isEmpty ? nil : cpus))
        } catch {
            Terminal.log("ERROR", "Exiting Kafka due to fatal exception: \(error)")
            return 1
        }
        let stop = StopRequest()
        signals.handle { number in
            if stop.isMade { _exit(128 + number) }
            Terminal.log("INFO", "Terminating process due to signal \(number == SIGINT ? "SIGINT" : "SIGTERM")")
            stop.make()
        }
        let all = cores.cores
        return Invocation.onCore(all[0]) { core in await serve(configuration, request, all, stop) }
    }

    private static func serve(
        _ configuration: ServerConfiguration, _ request: ServerStartRequest, _ cores: [Core], _ stop: StopRequest
    ) async -> Int32 {
        let logger = Logger { level, text in Terminal.log(level.name, text) }
        for warning in configuration.warnings { logger.warn(warning) }
        for name in configuration.unknownNames {
            logger.warn("The configuration '\(name)' was supplied but isn't a known config.")
        }
        let node = "[KafkaRaftServer nodeId=\(configuration.nodeID)]"
        do {
            try await prepare(configuration, request, cores[0])
            let failure = StopReason()
            let broker = try await Broker.start(configuration, cores: cores, logger: logger) { reason in
                failure.set(reason)
                stop.make()
            }
            logger.info("\(node) Kafka Server started")
            await stop.wait()
            if let reason = failure.value { logger.error("Exiting Kafka due to fatal exception: \(reason)") }
            await broker.stop()
            if failure.value != nil { return 1 }
            logger.info("\(node) shut down completed")
            return 0
        } catch {
            logger.error("Exiting Kafka due to fatal exception: \(error)")
            return 1
        }
    }

    /// Formats what nobody has formatted where there is no properties file; elsewhere that is left to whoever
    /// wrote it.
    private static func prepare(
        _ configuration: ServerConfiguration, _ request: ServerStartRequest, _ core: Core
    ) async throws(BrokerFailure) {
        // Further directories get theirs when the broker opens them.
        let metadata = configuration.metadataLogDirectory
        guard request.file == nil else {
            guard Format.isFormatted(metadata, core: core) else {
                throw BrokerFailure(
                    "No `meta.properties` found in \(metadata) (have you run `kafka-storage.sh` to format the "
                        + "directory?)")
            }
            return
        }
        let fresh = configuration.logDirectories.filter { !Format.isFormatted($0, core: core) }
        guard fresh.contains(metadata) else { return }
        let format = Format(clusterID: Format.randomID(core).text, nodeID: configuration.nodeID)
        for directory in fresh { try await format.write(directory, core: core) }
    }
}

/// What the command line of server-start asks for.
struct ServerStartRequest: Sendable {
    enum Kind { case start, help, version }

    static let usage = """
        USAGE: kafka-server-start.sh [-daemon] server.properties [--override property=value]*
               moldau server-start --data DIR [--override property=value]*
                   (a single node that keeps its data in DIR)
        """

    private(set) var kind = Kind.start
    private(set) var file: String?
    private(set) var data: String?
    private(set) var overrides: [(name: String, value: String)] = []

    init(_ arguments: [String]) throws(UsageFailure) {
        guard !arguments.isEmpty else { throw UsageFailure(Self.usage) }
        var stray: [String] = []
        var position = 0
        func next() -> String? {
            position += 1
            return position < arguments.count ? arguments[position] : nil
        }
        while position < arguments.count {
            let word = arguments[position]
            switch word {
            case "--help": kind = .help
            case "--version": kind = .version
            case "--override":
                guard let pair = next() else { throw UsageFailure("Option override requires an argument") }
                overrides += try ClientTool.pairs([pair])
            case "--data":
                guard let directory = next() else { throw UsageFailure("Option data requires an argument") }
                data = directory
            case let word where word.hasPrefix("--override="):
                overrides += try ClientTool.pairs([String(word.dropFirst("--override=".count))])
            case let word where word.hasPrefix("--data="): data = String(word.dropFirst("--data=".count))
            case let word where word.hasPrefix("-"):
                let name = String(word.drop { $0 == "-" })
                throw UsageFailure("\(name) is not a recognized option\n\(Self.usage)")
            default: if file == nil { file = word } else { stray.append(word) }
            }
            position += 1
        }
        guard stray.isEmpty else {
            throw UsageFailure("Found non argument parameters: \(stray.joined(separator: ","))\n\(Self.usage)")
        }
        if kind == .start, file == nil, data == nil { throw UsageFailure(Self.usage) }
    }

    /// The file's settings, or those of an embedded node; `--data` beats the file's log.dirs, overrides beat all.
    func configuration() throws -> ServerConfiguration {
        var properties: Properties
        if let file {
            properties = Properties(try Self.read(file))
            if let data { properties["log.dirs"] = data }
        } else {
            properties = ServerConfiguration.embedded(dataDirectory: data ?? "data")
            // Clients are told of the listeners there are, not of the embedded ones.
            if overrides.contains(where: { $0.name == "listeners" }) { properties["advertised.listeners"] = nil }
        }
        return try ServerConfiguration(properties, overrides: overrides)
    }

    /// A whole text file; before there is a core to read it with.
    private static func read(_ path: String) throws(UsageFailure) -> String {
        guard let stream = fopen(path, "r") else { throw UsageFailure("\(path): \(String(cString: strerror(errno)))") }
        defer { fclose(stream) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&chunk, 1, chunk.count, stream)
            if count == 0 { break }
            bytes += chunk[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Why the broker asked to be stopped, if it did.
final class StopReason: Sendable {
    private let reason = Mutex<BrokerFailure?>(nil)

    var value: BrokerFailure? { reason.withLock { $0 } }

    func set(_ failure: BrokerFailure) { reason.withLock { if $0 == nil { $0 = failure } } }
}

/// That the process was asked to stop, from any thread, and the one task that waits for it.
final class StopRequest: Sendable {
    private struct State {
        var isMade = false
        var waiter: UnsafeContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    var isMade: Bool { state.withLock { $0.isMade } }

    func make() {
        let waiter = state.withLock { state in
            state.isMade = true
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    func wait() async {
        await withUnsafeContinuation { continuation in
            let isMade = state.withLock { state in
                if !state.isMade { state.waiter = continuation }
                return state.isMade
            }
            if isMade { continuation.resume() }
        }
    }
}
