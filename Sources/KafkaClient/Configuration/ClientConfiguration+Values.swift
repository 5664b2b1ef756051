extension ClientConfiguration {
    static func invalid(_ name: String, _ value: String, _ why: String) -> ClientError {
        .configuration("Invalid value \(value) for configuration \(name): \(why)")
    }

    static func number(
        _ name: String, _ value: String, _ range: ClosedRange<Int64> = 0...Int64.max
    ) throws(ClientError) -> Int64 {
        guard let number = Int64(value) else {
            throw invalid(name, value, "Not a number of type \(range.upperBound > Int64(Int32.max) ? "LONG" : "INT")")
        }
        guard number >= range.lowerBound else {
            throw invalid(name, value, "Value must be at least \(range.lowerBound)")
        }
        guard number <= range.upperBound else {
            throw invalid(name, value, "Value must be no more than \(range.upperBound)")
        }
        return number
    }

    static func int32(_ name: String, _ value: String) throws(ClientError) -> Int32 {
        Int32(clamping: try number(name, value, 0...Int64(Int32.max)))
    }

    static func boolean(_ name: String, _ value: String) throws(ClientError) -> Bool {
        switch value.lowercased() {
        case "true": true
        case "false": false
        default: throw invalid(name, value, "Expected value to be either true or false")
        }
    }

    static func servers(_ value: String) throws(ClientError) -> [HostAndPort] {
        var servers: [HostAndPort] = []
        for entry in value.split(separator: ",") {
            let text = String(entry).trimmingBlanks
            if text.isEmpty { continue }
            guard let server = HostAndPort(text) else {
                throw .configuration("Invalid url in bootstrap.servers: \(text)")
            }
            servers.append(server)
        }
        guard !servers.isEmpty else { throw .configuration("No resolvable bootstrap urls given in bootstrap.servers") }
        return servers
    }

    static func reset(_ value: String) throws(ClientError) -> OffsetReset {
        switch value.lowercased() {
        case "earliest": return .earliest
        case "latest": return .latest
        case "none": return .none
        case let text where text.hasPrefix("by_duration:"):
            if let milliseconds = milliseconds(isoDuration: text.dropFirst("by_duration:".count)) {
                return .before(milliseconds: milliseconds)
            }
        default: break
        }
        throw invalid(
            "auto.offset.reset", value,
            "Value must be either 'earliest', 'latest', 'none' or of the format 'by_duration:<PnDTnHnMn.nS.>'.")
    }

    /// Days, hours, minutes and seconds of `PnDTnHnMnS`; nil for anything else.
    static func milliseconds(isoDuration text: some StringProtocol) -> Int64? {
        guard text.first == "p" || text.first == "P", text.count > 2 else { return nil }
        var total = 0.0
        var digits = ""
        for character in text.dropFirst() {
            if character.isNumber || character == "." {
                digits.append(character)
            } else if character == "t" || character == "T", digits.isEmpty {
                continue
            } else {
                guard let amount = Double(digits),
                    let unit = ["d": 86_400.0, "h": 3600, "m": 60, "s": 1][character.lowercased()]
                else { return nil }
                total += amount * unit
                digits = ""
            }
        }
        guard digits.isEmpty, total.isFinite, total < 1e15 else { return nil }
        return Int64(total * 1000)
    }

    static func assignors(_ value: String) throws(ClientError) -> [any Assignor] {
        var assignors: [any Assignor] = []
        for entry in value.split(separator: ",") {
            let name = String(entry).trimmingBlanks
            switch name.split(separator: ".").last.map(String.init) ?? "" {
            case "RangeAssignor", "range": assignors.append(RangeAssignor())
            case "RoundRobinAssignor", "roundrobin": assignors.append(RoundRobinAssignor())
            case "CooperativeStickyAssignor", "cooperative-sticky": assignors.append(CooperativeStickyAssignor())
            default: throw .configuration("\(name) isn't an assignor of this client.")
            }
        }
        guard !assignors.isEmpty else { throw .configuration("partition.assignment.strategy names no assignor.") }
        return assignors
    }

    /// Settings of Kafka's clients that change nothing here: serializers are the caller's, buffers are the kernel's,
    /// metrics and interceptors don't exist.
    static func hasNoEffect(_ name: String) -> Bool {
        let prefixes = ["metrics.", "metric.", "ssl.", "sasl.", "key.", "value.", "interceptor.", "config.providers"]
        if prefixes.contains(where: name.hasPrefix) { return true }
        return [
            "send.buffer.bytes", "receive.buffer.bytes", "connections.max.idle.ms", "reconnect.backoff.ms",
            "reconnect.backoff.max.ms", "client.dns.lookup", "enable.metrics.push", "metadata.max.idle.ms",
            "partitioner.adaptive.partitioning.enable", "partitioner.availability.timeout.ms",
            "exclude.internal.topics", "socket.connection.setup.timeout.max.ms", "auto.include.jmx.reporter",
            "metadata.recovery.strategy", "metadata.recovery.rebootstrap.trigger.ms", "transaction.timeout.ms",
        ].contains(name)
    }
}

extension String {
    var trimmingBlanks: String {
        var rest = self[...]
        while let first = rest.first, first.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return String(rest)
    }
}
