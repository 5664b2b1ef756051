import Bytes
import Glibc
import KafkaProtocol

/// One line of Kafka's own bytes: a message in a version, as JSON and as hex.
struct Vector: Sendable {
    let message: String
    let version: Int16
    let json: JSON
    let bytes: ByteSlice

    struct Malformed: Error { let line: JSON }

    init(_ line: JSON) throws {
        guard let message = line["message"]?.text, let version = line["version"]?.int16, let json = line["json"],
            let hex = line["hex"]?.text, let bytes = Vector.bytes(hex)
        else { throw Malformed(line: line) }
        self.message = message
        self.version = version
        self.json = json
        self.bytes = ByteSlice(bytes)
    }

    var title: String { "\(message) v\(version) \(json)" }

    /// Read once for all tests.
    static let all: Result<[Vector], any Error> = Result {
        let folder = getenv("MOLDAU_VECTORS").map { String(cString: $0) } ?? Lines.here + "/Vectors"
        return try Lines.files(in: folder, startingWith: "kafka-").flatMap { try Lines.read($0).map { try Vector($0) } }
    }

    private static func bytes(_ hex: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var high: UInt8?
        for character in hex.utf8 {
            let digit: UInt8
            switch character {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = character - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = character - UInt8(ascii: "a") + 10
            default: return nil
            }
            if let first = high {
                bytes.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        return high == nil ? bytes : nil
    }
}
