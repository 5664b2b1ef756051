extension OptionTable {
    /// The table as Kafka's tools print it: two columns, 80 wide, sorted.
    var help: String {
        let names = options.map(Self.left)
        let leftWidth = min(39, max(names.map(\.count).max() ?? 0, 6))
        var lines = [
            Self.pad("Option", leftWidth) + "  Description",
            Self.pad("------", leftWidth) + "  -----------",
        ]
        for (option, name) in zip(options, names) {
            let left = Self.wrap(name, leftWidth)
            let right = Self.wrap(Self.right(option), 39)
            for line in 0..<max(left.count, right.count) {
                let begin = line < left.count ? left[line] : ""
                let end = line < right.count ? right[line] : ""
                lines.append(end.isEmpty ? begin : Self.pad(begin, leftWidth) + "  " + end)
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func left(_ option: Option) -> String {
        switch option.argument {
        case .none: "--\(option.name)"
        case .required(let type, let what): "--\(option.name) <\(type.rawValue)\(what.isEmpty ? "" : ": \(what)")>"
        case .optional(let what): "--\(option.name) [String\(what.isEmpty ? "" : ": \(what)")]"
        }
    }

    private static func right(_ option: Option) -> String {
        (option.isRequired ? "REQUIRED: " : "") + option.help + (option.initial.map { " (default: \($0))" } ?? "")
    }

    private static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(width - text.count, 0))
    }

    /// Lines of at most `width`, all but the first indented by two; line ends in `text` stay.
    private static func wrap(_ text: String, _ width: Int) -> [String] {
        var lines: [String] = []
        for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
            var line = ""
            for word in paragraph.split(separator: " ") {
                if line.isEmpty {
                    line = String(word)
                } else if line.count + 1 + word.count <= width {
                    line += " " + word
                } else {
                    lines.append(line)
                    line = "  " + word
                }
            }
            lines.append(line)
        }
        return lines
    }
}
