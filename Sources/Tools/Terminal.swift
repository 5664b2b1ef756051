import Bytes
import Glibc

/// The process's standard streams. Output is gathered and written by ``flush()``, at the latest when the command
/// ends;
/// errors are written at once.
final class Terminal {
    /// What a test gets instead of the standard streams.
    final class Capture {
        fileprivate(set) var output = ByteWriter(capacity: 4096)
        fileprivate(set) var errors: [String] = []

        init() {}
    }

    private let capture: Capture?
    private var pending = ByteWriter(capacity: 4096)
    /// The reader of standard output has gone: nothing more is written.
    private(set) var isBroken = false

    init(capture: Capture? = nil) { self.capture = capture }

    var isInteractive: Bool { isatty(0) == 1 && isatty(1) == 1 }

    func print(_ text: String, terminator: String = "\n") {
        var text = text + terminator
        text.withUTF8 { write(UnsafeRawBufferPointer($0)) }
    }

    func write(_ bytes: UnsafeRawBufferPointer) {
        pending.bytes(bytes)
        if pending.count >= 1 << 16 { flush() }
    }

    func write(_ slice: ByteSlice) { slice.withUnsafeBytes { write($0) } }

    func flush() {
        guard pending.count > 0 else { return }
        var taken = ByteWriter(capacity: 4096)
        swap(&taken, &pending)
        if let capture { return taken.withUnsafeBytes { capture.output.bytes($0) } }
        if !isBroken { isBroken = !taken.withUnsafeBytes { Self.writeAll($0, to: 1) } }
    }

    func error(_ text: String) {
        flush()
        if let capture { return capture.errors.append(text) }
        Self.error(text)
    }

    /// Writes a line to standard error. From any thread.
    static func error(_ text: String) {
        var line = text + "\n"
        line.withUTF8 { _ = writeAll(UnsafeRawBufferPointer($0), to: 2) }
    }

    /// Kafka's form of a log line: `[2026-11-24 18:00:00,123] WARN text (logger)`. From any thread.
    static func log(_ level: String, _ text: String, logger: String? = nil) {
        error("[\(timestamp())] \(level) \(text)" + (logger.map { " (\($0))" } ?? ""))
    }

    static func timestamp() -> String {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        var seconds = now.tv_sec
        var date = tm()
        localtime_r(&seconds, &date)
        func padded(_ number: Int, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(width - digits.count, 0)) + digits
        }
        let day =
            "\(padded(Int(date.tm_year) + 1900, 4))-\(padded(Int(date.tm_mon) + 1, 2))-\(padded(Int(date.tm_mday), 2))"
        let time = "\(padded(Int(date.tm_hour), 2)):\(padded(Int(date.tm_min), 2)):\(padded(Int(date.tm_sec), 2))"
        return "\(day) \(time),\(padded(now.tv_nsec / 1_000_000, 3))"
    }

    private static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
        guard let base = bytes.baseAddress else { return true }
        var written = 0
        while written < bytes.count {
            let count = Glibc.write(descriptor, base + written, bytes.count - written)
            if count < 0, errno == EINTR { continue }
            if count <= 0 { return false }
            written += count
        }
        return true
    }
}
