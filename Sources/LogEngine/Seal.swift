package import Bytes
package import Reactor

/// The CRC-32C of a file's bytes, kept in an extended attribute of that file: the formats that are Kafka's
/// (checkpoints, properties, `.txnindex`) have no room for one. It stays with the inode. A bit that flips in place is
/// found; whoever puts another file in the place, as Apache Kafka and most editors do, leaves that one without, and it
/// is believed as it is. So is all on a file system without such attributes.
package enum Seal: Equatable {
    case none
    case intact
    case broken

    package static let attribute = "user.moldau.crc32c"
    static let reason = "its bytes don't go with the checksum that is kept with them (attribute \(attribute))"
    /// For those who have changed the file on purpose.
    static let advice =
        "restore it from a copy; if it is as you want it, put a copy of it in its place, which has no such attribute"

    package static func checksum(_ bytes: ByteSlice) -> UInt32 { bytes.withUnsafeBytes { CRC32C.checksum($0) } }
}

extension File {
    /// Seals the file, whose bytes have that checksum; without attributes it stays unsealed. Durable with its next
    /// sync.
    package func seal(_ checksum: UInt32) throws(Errno) {
        let bytes = (0..<4).map { UInt8(truncatingIfNeeded: checksum >> (24 - 8 * $0)) }
        do throws(Errno) { try setAttribute(Seal.attribute, bytes) } catch {
            guard error.refusesAttributes else { throw error }
            try unseal()  // an older one would be broken now
        }
    }

    /// To be called before anything in the file is changed.
    package func unseal() throws(Errno) {
        do throws(Errno) { try removeAttribute(Seal.attribute) } catch {
            guard error.refusesAttributes, (try? attribute(Seal.attribute)) == nil else { throw error }
        }
    }

    /// Whether the file is sealed, and for bytes with that checksum.
    package func seal(over checksum: @autoclosure () -> UInt32) throws(Errno) -> Seal {
        let kept: [UInt8]?
        do throws(Errno) { kept = try attribute(Seal.attribute) } catch {
            if error == .outOfRange { return .broken }
            guard error.refusesAttributes else { throw error }
            return .none
        }
        guard let kept else { return .none }
        return kept.count == 4 && kept.reduce(0) { $0 << 8 | UInt32($1) } == checksum() ? .intact : .broken
    }
}

extension FileSystem {
    /// Puts `bytes` in place of what `path` holds, sealed; a crash leaves the old or the new.
    package func replaceSealed(_ path: String, with bytes: ByteSlice) async throws(Errno) {
        try await replace(path, with: bytes) { file throws(Errno) in try file.seal(Seal.checksum(bytes)) }
    }

    /// The same without a sync: a power cut may leave anything, until somebody has synced file and directory.
    func replaceSealedUnsynced(_ path: String, with bytes: ByteSlice) throws(Errno) {
        let temporary = path + ".tmp"
        let file = try open(temporary, .create)
        defer { file.close() }
        try file.empty()
        try file.write([bytes], at: 0)
        try file.seal(Seal.checksum(bytes))
        try rename(temporary, to: path)
    }

    /// All bytes of a small file, and whether they are what its seal is for.
    package func readSealed(_ path: String) throws(Errno) -> (bytes: ByteSlice, seal: Seal) {
        let file = try open(path, .read)
        defer { file.close() }
        let bytes = try file.readAll(limit: Limits.smallFileBytes)
        return (bytes, try file.seal(over: Seal.checksum(bytes)))
    }
}
