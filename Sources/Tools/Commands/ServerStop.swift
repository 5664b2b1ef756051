import Glibc

/// kafka-server-stop.sh
enum ServerStop {
    /// How long a broker may take to close its logs.
    private static let longestWaitMilliseconds = 120_000

    static func run(_ invocation: Invocation) -> Int32 {
        let terminal = Terminal()
        defer { terminal.flush() }
        if invocation.arguments.contains("--help") {
            terminal.print("usage: kafka-server-stop.sh        stops the brokers of this user, and waits for their end")
            return 0
        }
        let processes = running()
        guard !processes.isEmpty else {
            terminal.print("No kafka server to stop")
            return 1
        }
        for process in processes { kill(process, SIGTERM) }
        var waited = 0
        while processes.contains(where: isServer) {
            guard waited < longestWaitMilliseconds else {
                terminal.error("A broker hasn't ended within \(longestWaitMilliseconds / 1000) s of SIGTERM.")
                return 1
            }
            usleep(50_000)
            waited += 50
        }
        return 0
    }

    private static func running() -> [pid_t] {
        guard let directory = opendir("/proc") else { return [] }
        defer { closedir(directory) }
        var found: [pid_t] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { raw in
                String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard let process = pid_t(name), isServer(process) else { continue }
            found.append(process)
        }
        return found.sorted()
    }

    /// Whether that process is one of ours that runs server-start.
    private static func isServer(_ process: pid_t) -> Bool {
        var status = stat()
        guard stat("/proc/\(process)", &status) == 0, status.st_uid == getuid() else { return false }
        guard let stream = fopen("/proc/\(process)/cmdline", "r") else { return false }
        defer { fclose(stream) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = fread(&bytes, 1, bytes.count, stream)
        let words = bytes[..<count].split(separator: 0, omittingEmptySubsequences: false)
        guard words.count >= 2 else { return false }
        let program = String(decoding: words[0], as: UTF8.self)
        return (program == "moldau" || program.hasSuffix("/moldau")) && words[1].elementsEqual("server-start".utf8)
    }
}
