/// How much a line matters, in log4j's words.
public enum LogLevel: Int, Sendable, Comparable {
    case debug, info, warn, error

    public static func < (left: LogLevel, right: LogLevel) -> Bool { left.rawValue < right.rawValue }

    public var name: String {
        switch self {
        case .debug: "DEBUG"
        case .info: "INFO"
        case .warn: "WARN"
        case .error: "ERROR"
        }
    }
}

/// Where a broker's log lines go. Whoever starts the broker says what becomes of them.
public struct Logger: Sendable {
    private let level: LogLevel
    private let sink: @Sendable (LogLevel, String) -> Void

    public init(level: LogLevel = .info, sink: @escaping @Sendable (LogLevel, String) -> Void) {
        self.level = level
        self.sink = sink
    }

    public func debug(_ text: @autoclosure () -> String) { write(.debug, text) }
    public func info(_ text: @autoclosure () -> String) { write(.info, text) }
    public func warn(_ text: @autoclosure () -> String) { write(.warn, text) }
    public func error(_ text: @autoclosure () -> String) { write(.error, text) }

    private func write(_ lineLevel: LogLevel, _ text: () -> String) {
        if lineLevel >= level { sink(lineLevel, text()) }
    }
}
