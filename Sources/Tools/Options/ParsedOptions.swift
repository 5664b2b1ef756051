/// What a command line holds.
struct ParsedOptions: Sendable {
    let table: OptionTable
    private let values: [String: [String]]

    init(table: OptionTable, values: [String: [String]]) {
        self.table = table
        self.values = values
    }

    func has(_ name: String) -> Bool { values[name] != nil }

    /// All that were given.
    func all(_ name: String) -> [String] { values[name] ?? [] }

    /// The one that was given, else the default.
    func value(_ name: String) throws(UsageFailure) -> String? {
        let given = all(name)
        guard given.count <= 1 else {
            throw UsageFailure("Found multiple arguments for option \(name), but you asked for only one")
        }
        return given.first ?? table.option(name)?.initial
    }

    func integer(_ name: String) throws(UsageFailure) -> Int? { try value(name).flatMap { Int($0) } }

    /// Kafka's sentence for a pair that excludes each other, which is thrown when `option` and one of `others` are
    /// there.
    func exclude(_ option: String, with others: [String]) throws(UsageFailure) {
        guard has(option) else { return }
        for other in others where has(other) {
            throw UsageFailure("Option \"[\(option)]\" can't be used with option \"[\(other)]\"")
        }
    }

    func require(_ names: [String]) throws(UsageFailure) {
        for name in names where !has(name) { throw UsageFailure("Missing required argument \"[\(name)]\"") }
    }
}
