import Bytes
import Reactor

/// A tar archive: files and directories, no more.
struct Archive {
    private let bytes: ByteSlice

    init(_ bytes: ByteSlice) { self.bytes = bytes }

    func unpack(to directory: String, _ files: FileSystem) throws {
        var position = 0
        while position + 512 <= bytes.count {
            let head = bytes[position..<position + 512]
            let name = text(head[0..<100])
            guard !name.isEmpty else { break }
            let size = Int(text(head[124..<136]), radix: 8) ?? 0
            position += 512
            let path = directory + "/" + (name.hasSuffix("/") ? String(name.dropLast()) : name)
            if head[156] == UInt8(ascii: "5") {
                try files.makeDirectories(path)
            } else {
                let file = try files.open(path, .create)
                if size > 0 { try file.write([bytes[position..<position + size]], at: 0) }
            }
            position += (size + 511) / 512 * 512
        }
    }

    private func text(_ field: ByteSlice) -> String {
        String(decoding: field.array.prefix { $0 != 0 && $0 != UInt8(ascii: " ") }, as: UTF8.self)
    }
}
