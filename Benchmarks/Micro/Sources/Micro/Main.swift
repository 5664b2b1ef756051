import Glibc
import Reactor

/// Measures the parts of the broker one by one, on two cores of this machine.
///
///     swift run -c release --package-path Benchmarks/Micro [-- GROUP…]
///
/// Groups: codec checksum check append lookup compact ring timers hops.
///
/// Logs are written below $TMPDIR (/tmp): set it to measure another file system.
@main
enum Main {
    nonisolated static func main() {
        let groups = Set(CommandLine.arguments.dropFirst())
        do throws(StartFailure) {
            let cores = try CoreSet(CoreOptions(count: 2))
            var ends: [Int32] = [0, 0]
            guard pipe(&ends) == 0, let directory = temporaryDirectory() else { exit(1) }
            let end = ends[1]
            let (core, other) = (cores.cores[0], cores.cores[1])
            core.spawn {
                var code: UInt8 = 0
                do { try await measure(groups, core, other, directory) } catch {
                    note("\(error)\n")
                    code = 1
                }
                removeTree(directory, core)
                write(end, &code, 1)
            }
            var code: UInt8 = 1
            read(ends[0], &code, 1)
            cores.stop()
            exit(Int32(code))
        } catch {
            note("\(error)\n")
            exit(1)
        }
    }

    private static func measure(_ groups: Set<String>, _ core: Core, _ other: Core, _ directory: String) async throws {
        let table = Table()
        let logs = Logs(core: core, directory: directory)
        let turns = Turns(core: core, other: other, directory: directory)
        func wanted(_ group: String) -> Bool { groups.isEmpty || groups.contains(group) }
        if wanted("codec") { try await Thinking.codec(table) }
        if wanted("checksum") { await Thinking.checksum(table) }
        if wanted("check") { try await Thinking.check(table) }
        if wanted("append") { try await logs.append(table) }
        if wanted("lookup") { try await logs.lookUp(table) }
        if wanted("compact") { try await Compaction(core: core, directory: directory).clean(table) }
        if wanted("ring") { try await turns.ring(table) }
        if wanted("timers") { await turns.timers(table) }
        if wanted("hops") { await turns.hops(table) }
        table.print()
        let kind = (try? core.files.fileSystem(of: directory))?.kind.description ?? "an unknown file system"
        print("\nMedians of 7 runs. CPU is that of the whole process. Logs on \(kind).")
    }

    private static func temporaryDirectory() -> String? {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/micro-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            note("\(parent): \(String(cString: strerror(errno)))\n")
            return nil
        }
        return template.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } }
    }

    private static func removeTree(_ path: String, _ core: Core) {
        for name in (try? core.files.list(path)) ?? [] {
            let entry = path + "/" + name
            if (try? core.files.status(entry))?.isDirectory == true {
                removeTree(entry, core)
            } else {
                try? core.files.remove(entry)
            }
        }
        try? core.files.removeDirectory(path)
    }
}
