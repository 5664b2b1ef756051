import Glibc

/// A file's path, taken apart as Kafka's tool does.
enum DumpPath {
    /// Without doubled slashes and without one at the end.
    static func normalised(_ path: String) -> String {
        var normalised = ""
        for character in path where character != "/" || normalised.last != "/" { normalised.append(character) }
        if normalised.count > 1, normalised.last == "/" { normalised.removeLast() }
        return normalised
    }

    static func name(_ path: String) -> String {
        path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
    }

    /// From the last dot on; empty without one.
    static func suffix(_ path: String) -> String {
        let name = name(path)
        return name.lastIndex(of: ".").map { String(name[$0...]) } ?? ""
    }

    /// The number that the name begins with: the first offset of the file's segment.
    static func baseOffset(_ path: String) throws(DumpFailure) -> Int64 {
        let head = name(path).prefix { $0 != "." }
        guard let offset = Int64(head) else {
            throw DumpFailure("\(path): a name has to begin with the segment's first offset, not with '\(head)'")
        }
        return offset
    }

    /// The file of the same segment that has another suffix.
    static func sibling(_ path: String, _ suffix: String) -> String {
        let directory = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
        return directory + name(path).prefix { $0 != "." } + suffix
    }

    static func absolute(_ path: String) -> String {
        if path.hasPrefix("/") { return path }
        guard let current = getcwd(nil, 0) else { return path }
        defer { free(current) }
        return String(cString: current) + "/" + path
    }
}
