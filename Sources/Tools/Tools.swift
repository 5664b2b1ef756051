import Glibc
import Reactor
import Synchronization

/// The commands of the executable.
package enum Tools {
    /// What the version of Kafka's tools prints: whose interface this is.
    package static let kafkaVersion = "4.3.1"

    static let commands: [Command] = [
        Command("server-start", "Start a broker.", ServerStart.run),
        Command("server-stop", "Stop the brokers of this user.", ServerStop.run),
        Command("storage", "Format data directories, or tell about them.", Storage.run),
        Command("topics", "Create, list, describe, alter or delete topics.", Topics.run),
        Command("console-producer", "Send lines of standard input to a topic.", ConsoleProducer.run),
        Command("console-consumer", "Print the records of a topic.", ConsoleConsumer.run),
        Command("dump-log", "Print the files of a log.", DumpLog.run),
        Command("log-dirs", "Tell how brokers use their log directories.", LogDirs.run),
        Command("simulate", "Run a broker, its disk and its clients in virtual time, by a seed.", Simulate.run),
    ]

    /// Runs the command that `arguments` (without the executable's name) ask for.
    /// - Returns: the process's exit code.
    package static func run(_ arguments: [String], signals: Signals) -> Int32 {
        let terminal = Terminal()
        defer { terminal.flush() }
        guard let name = arguments.first, name != "--help", name != "-h", name != "help" else {
            terminal.print(help, terminator: "")
            return 0
        }
        if name == "--version" {
            terminal.print("moldau (Apache Kafka \(kafkaVersion))")
            return 0
        }
        guard let command = commands.first(where: { $0.name == name || "kafka-\($0.name).sh" == name }) else {
            terminal.error("moldau: there is no command '\(name)'. Type moldau --help for those there are.")
            return 1
        }
        return command.run(Invocation(arguments: Array(arguments.dropFirst()), signals: signals))
    }

    private static var help: String {
        let width = (commands.map(\.name.count).max() ?? 0) + 2
        let lines = commands.map { command in
            "  " + command.name + String(repeating: " ", count: width - command.name.count) + command.summary
        }
        return """
            Moldau, an event-streaming platform that speaks Apache Kafka's protocol.

            usage: moldau COMMAND [options]      moldau COMMAND --help tells a command's options

            \(lines.joined(separator: "\n"))

            """
    }
}

/// One of the executable's commands.
struct Command: Sendable {
    let name: String
    let summary: String
    let run: @Sendable (Invocation) -> Int32

    init(_ name: String, _ summary: String, _ run: @escaping @Sendable (Invocation) -> Int32) {
        self.name = name
        self.summary = summary
        self.run = run
    }
}

/// What a command is run with.
package struct Invocation: Sendable {
    let arguments: [String]
    let signals: Signals

    /// Runs `body` on a core of its own, left to the scheduler, and returns its exit code.
    func onCore(_ body: @escaping @Sendable (Core, Terminal) async -> Int32) -> Int32 {
        let cores: CoreSet
        do throws(StartFailure) { cores = try CoreSet(CoreOptions(count: 1, isPinned: false)) } catch {
            Terminal.error("\(error)")
            return 1
        }
        return Self.onCore(cores.cores[0]) { core in
            let terminal = Terminal()
            let code = await body(core, terminal)
            terminal.flush()
            return code
        }
    }

    /// Runs `body` on `core` and waits for its exit code.
    static func onCore(_ core: Core, _ body: @escaping @Sendable (Core) async -> Int32) -> Int32 {
        let ended = Outcome()
        core.spawn { ended.set(await body(core)) }
        return ended.wait()
    }
}

/// An exit code that one thread waits for and another brings.
private final class Outcome: Sendable {
    private let code = Mutex<Int32>(1)
    // A semaphore is made for threads.
    nonisolated(unsafe) private let isSet = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() { sem_init(isSet, 0, 0) }

    deinit {
        sem_destroy(isSet)
        isSet.deallocate()
    }

    func set(_ value: Int32) {
        code.withLock { $0 = value }
        sem_post(isSet)
    }

    func wait() -> Int32 {
        while sem_wait(isSet) != 0 {}
        return code.withLock { $0 }
    }
}
