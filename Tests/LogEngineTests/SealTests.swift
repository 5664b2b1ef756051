import Bytes
import Glibc
import LogEngine
import Reactor
import Simulation
import Testing

private let identity = MetaProperties(clusterID: "cluster", nodeID: 3, directoryID: UUID(high: 7, low: 9))
private let topicID = UUID(high: 1, low: 2)
private let partition = TopicPartition("t", 0)

private func small() -> LogConfig {
    var config = LogConfig()
    config.segmentBytes = 900
    config.indexIntervalBytes = 200
    return config
}

private func opening(clean: Bool = true, recoveryPoint: Int64 = .max) -> LogOpening {
    var opening = LogOpening()
    opening.config = small()
    opening.topicID = topicID
    opening.wasClean = clean
    opening.recoveryPoint = recoveryPoint
    return opening
}

/// What became of damaged files, in the order in which it was told.
private final class Told: Sendable {
    let paths = Shared<[String]>([])

    init(_ health: DirectoryHealth) {
        let paths = paths
        health.observe { if case .mended(let path, _, _) = $0 { paths.value.append(path) } }
    }

    /// Since the last time.
    func take() -> [String] {
        defer { paths.value = [] }
        return paths.value
    }
}

/// Transactions of four offsets, every other one aborted, each in an epoch of its own.
private func fill(_ log: Log, transactions: Int, producer: Int64 = 7) async throws {
    let producer = (id: producer, epoch: Int16(0))
    for index in 0..<Int32(transactions) {
        let epoch = (log.leaderEpochs.latest?.epoch ?? 2) + 1
        try await log.add(
            batch(2, bytes: 50, producer: producer, sequence: index * 2, transactional: true), epoch: epoch)
        try await log.add(marker(commit: index % 2 == 0, producer), epoch: epoch)
        try await log.add(batch(1, bytes: 30), epoch: epoch)
    }
}

/// A data directory with a log of several segments, closed in order; what checkpoints and log then say.
private func makeDirectory(_ path: String, _ context: LogContext) async throws -> LogOffsets {
    try context.core.files.makeDirectories(path)
    let directory = try await LogDirectory.open(path, core: context.core, formatting: identity)
    let log = try await Log.open(path + "/t-0", opening(), context, health: directory.health)
    try await fill(log, transactions: 10)
    log.updateHighWatermark(to: log.endOffset)
    try log.deleteRecords(before: 2)
    try await log.close()
    var offsets = LogOffsets()
    offsets.add(partition, log)
    offsets.cleaned[partition] = 4
    try await directory.close(offsets, brokerEpoch: 42)
    return offsets
}

private let checkpoints = [
    "recovery-point-offset-checkpoint", "log-start-offset-checkpoint", "replication-offset-checkpoint",
    "cleaner-offset-checkpoint", "closed-log-checkpoint",
]

/// Runs `body` once for each bit of the file, while it is flipped.
private func flippingEachBit(
    of path: String, _ disk: SimulatedDisk, _ body: (String) async throws -> Void
) async throws {
    let bytes = try #require(disk.contents(of: path))
    for position in bytes.indices {
        for bit in 0..<8 {
            disk.flipBit(of: path, at: position, bit: bit)
            try await body("\(path), byte \(position), bit \(bit)")
            disk.flipBit(of: path, at: position, bit: bit)
            #expect(disk.contents(of: path) == bytes)
        }
    }
}

private func inWorld(
    faults: FaultPlan = .none,
    _ body: @escaping @Sendable (LogContext, SimulatedDisk) async throws -> Void
) throws {
    let world = World(seed: 1)
    let node = world.addNode(faults: faults)
    let disk = Shared(node.disk)
    try world.run(on: node) { cores in try await body(LogContext(core: cores[0]), disk.value) }
}

private func transaction(_ index: Int64) -> AbortedTransaction {
    AbortedTransaction(
        producerID: 7, firstOffset: index * 10, lastOffset: index * 10 + 9, lastStableOffset: index * 10 + 10)
}

/// An index of 640 transactions of ten offsets each, all in the file.
private func longIndex(_ source: IndexSource, _ file: File) async throws -> TransactionIndex {
    var index = TransactionIndex()
    for transaction in (0..<640).map(transaction) { index.append(transaction) }
    try index.writeTail(to: source, trimming: true)
    try await file.sync()
    return index
}

private func aborted(
    at offset: Int64, _ index: TransactionIndex, _ source: IndexSource
) throws(LogError) -> [Int64] {
    var found: [AbortedTransaction] = []
    _ = try index.collect(from: offset, upTo: offset + 1, into: &found, source)
    return found.map(\.firstOffset)
}

private func refuses(_ body: () throws -> some Any) -> Bool {
    do { _ = try body() } catch {
        if case .corrupt? = error as? LogError { return true }
    }
    return false
}

@Suite struct SealTests {
    @Test(arguments: checkpoints) func aFlippedBitInACheckpointHasItCountAsEmpty(_ name: String) throws {
        try inWorld { context, disk in
            let offsets = try await makeDirectory("/data", context)
            try await LogDirectory.open("/data", core: context.core).abandon()
            try await flippingEachBit(of: "/data/" + name, disk) { place in
                let directory = try await LogDirectory.open("/data", core: context.core)
                defer { directory.abandon() }
                let found = try #require(try directory.partitions().first)
                #expect(Told(directory.health).take() == ["/data/" + name], "\(place)")
                let values = [found.recoveryPoint, found.startOffset, found.highWatermark, found.cleanedUpTo]
                let truth = [
                    offsets.recoveryPoints[partition], offsets.startOffsets[partition],
                    offsets.highWatermarks[partition], offsets.cleaned[partition],
                ]
                for index in values.indices {
                    #expect(values[index] == (checkpoints[index] == name ? 0 : truth[index]), "\(place)")
                }
                let isBelieved = name != checkpoints[0] && name != checkpoints[4]
                #expect(found.closed == (isBelieved ? offsets.closed[partition] : nil), "\(place)")
            }
        }
    }

    @Test func aDamagedCheckpointIsWrittenAnewAndToldOfOnce() throws {
        try inWorld { context, disk in
            var offsets = try await makeDirectory("/data", context)
            offsets.cleaned = [:]
            offsets.closed = [:]
            for name in checkpoints { disk.flipBit(of: "/data/" + name, at: 6, bit: 1) }
            let directory = try await LogDirectory.open("/data", core: context.core)
            _ = try directory.partitions()
            #expect(Set(Told(directory.health).take()) == Set(checkpoints.map { "/data/" + $0 }))
            try await directory.writeClosed([:])
            try await directory.writeCheckpoints(offsets)
            directory.abandon()
            let again = try await LogDirectory.open("/data", core: context.core)
            _ = try again.partitions()
            #expect(Told(again.health).take() == [])
            again.abandon()
        }
    }

    @Test func aCheckpointThatIsNoneIsToldOf() throws {
        try inWorld { context, _ in
            _ = try await makeDirectory("/data", context)
            for text in ["", "1\n0\n", "0\n1\nt 0 x\n", "0\n2\nt 0 1\n"] {
                try await context.core.files.replace("/data/" + checkpoints[1], with: ByteSlice(utf8: text))
                let directory = try await LogDirectory.open("/data", core: context.core)
                #expect(try directory.partitions().first?.startOffset == 0)
                #expect(Told(directory.health).take() == ["/data/" + checkpoints[1]])
                directory.abandon()
            }
        }
    }

    @Test func aFlippedBitInTheMarkOfACleanStopLeavesOnlyTheStop() throws {
        try inWorld { context, disk in
            _ = try await makeDirectory("/data", context)
            let path = "/data/.kafka_cleanshutdown"
            let mark = try #require(disk.contents(of: path))
            for position in mark.indices {
                for bit in 0..<8 {
                    try await context.core.files.replaceSealed(path, with: ByteSlice(mark))
                    disk.flipBit(of: path, at: position, bit: bit)
                    let directory = try await LogDirectory.open("/data", core: context.core)
                    #expect(directory.wasClean && directory.previousBrokerEpoch == -1)
                    #expect(Told(directory.health).take() == [path])
                    directory.abandon()
                }
            }
        }
    }

    @Test func aFlippedBitInMetaPropertiesIsRefusedWithTheFilesName() throws {
        try inWorld { context, disk in
            _ = try await makeDirectory("/data", context)
            try await flippingEachBit(of: "/data/meta.properties", disk) { place in
                do throws(LogError) {
                    try await LogDirectory.open("/data", core: context.core).abandon()
                    Issue.record("\(place): it was opened")
                } catch {
                    guard case .corrupt("/data/meta.properties", _, _) = error else { throw error }
                }
            }
            let directory = try await LogDirectory.open("/data", core: context.core)
            #expect(directory.meta == identity)
            directory.abandon()
        }
    }

    /// One that leaves another id is refused, any other is mended: the metadata knows the id.
    @Test func aFlippedBitInATopicsIDIsToldOfWithTheFilesName() throws {
        try inWorld { context, disk in
            let offsets = try await makeDirectory("/data", context)
            let path = "/data/t-0/partition.metadata"
            let health = DirectoryHealth()
            let told = Told(health)
            let bytes = try #require(disk.contents(of: path))
            var refusals = 0
            for (position, bit) in bytes.indices.flatMap({ position in (0..<8).map { (position, $0) } }) {
                for clean in [true, false] {
                    disk.flipBit(of: path, at: position, bit: bit)
                    #expect(PartitionMetadataFile.topicID(inDirectory: "/data/t-0", files: context.core.files) == nil)
                    do throws(LogError) {
                        let opening = opening(clean: clean, recoveryPoint: offsets.recoveryPoints[partition] ?? 0)
                        await (try await Log.open("/data/t-0", opening, context, health: health)).abandon()
                        #expect(told.take() == [path])
                    } catch {
                        guard case .corrupt(path, _, _) = error else { throw error }
                        refusals += 1
                        disk.flipBit(of: path, at: position, bit: bit)
                    }
                    let (mended, seal) = try context.core.files.readSealed(path)
                    #expect(mended.array == bytes && seal == .intact, "byte \(position), bit \(bit)")
                }
            }
            #expect(refusals > 100 && refusals < bytes.count * 16 - 100)
        }
    }

    @Test func aFlippedBitInTheLeaderEpochsHasThemMadeAnew() throws {
        try inWorld { context, disk in
            _ = try await makeDirectory("/data", context)
            var asItWas = opening()
            asItWas.startOffset = 2
            let path = "/data/t-0/leader-epoch-checkpoint"
            let log = try await Log.open("/data/t-0", asItWas, context)
            let truth = log.leaderEpochs
            #expect(truth.entries.count > 5)
            await log.abandon()
            try await flippingEachBit(of: path, disk) { place in
                let health = DirectoryHealth()
                let log = try await Log.open("/data/t-0", asItWas, context, health: health)
                #expect(Told(health).take() == [path], "\(place)")
                #expect(log.leaderEpochs == truth, "\(place)")
                await log.abandon()
            }
            disk.flipBit(of: path, at: 4, bit: 0)
            try await Log.open("/data/t-0", asItWas, context).close()
            let health = DirectoryHealth()
            await (try await Log.open("/data/t-0", asItWas, context, health: health)).abandon()
            #expect(Told(health).take() == [])
        }
    }

    @Test func aFlippedBitInATransactionIndexHasItMadeAnew() throws {
        try inWorld { context, disk in
            _ = try await makeDirectory("/data", context)
            let names = disk.names(in: "/data/t-0").filter { $0.hasSuffix(".txnindex") }
            #expect(names.count > 2)
            let log = try await Log.open("/data/t-0", opening(), context)
            let (end, truth) = (log.endOffset, try log.abortedTransactions(from: 0, upTo: log.endOffset))
            #expect(truth.count == 5)
            await log.abandon()
            for name in [names[0], names[names.count - 1]] {
                let path = "/data/t-0/" + name
                let bytes = try #require(disk.contents(of: path))
                for place in 0..<bytes.count * 8 {
                    disk.flipBit(of: path, at: place / 8, bit: place % 8)
                    let health = DirectoryHealth()
                    let opening = opening(clean: place % 3 != 0, recoveryPoint: end)
                    #expect(try Log.openAtOnce("/data/t-0", opening, context, health: health) == nil)
                    let log = try await Log.open("/data/t-0", opening, context, health: health)
                    // After a crash the last segment is recovered without a look at what was derived.
                    #expect(Told(health).take() == [path] || place % 3 == 0 && name == names.last, "\(path) \(place)")
                    #expect(try log.abortedTransactions(from: 0, upTo: end) == truth, "\(path) \(place)")
                    #expect(disk.contents(of: path) == bytes, "\(path) \(place)")
                    await log.abandon()
                }
            }
        }
    }

    @Test func anIndexThatIsDamagedWhileItsLogIsOpenIsNotUsed() throws {
        try inWorld { context, disk in
            _ = try await makeDirectory("/data", context)
            let name = try #require(disk.names(in: "/data/t-0").first { $0.hasSuffix(".txnindex") })
            let path = "/data/t-0/" + name
            let log = try await Log.open("/data/t-0", opening(), context)
            _ = try log.abortedTransactions(from: 0, upTo: log.endOffset)
            disk.flipBit(of: path, at: 9, bit: 0)
            do throws(LogError) {
                _ = try log.abortedTransactions(from: 0, upTo: log.endOffset)
                Issue.record("the entries were used")
            } catch {
                guard case .corrupt(path, _, _) = error else { throw error }
            }
            await log.abandon()
        }
    }

    @Test func noEntryOfALongTransactionIndexIsUsedOnceItIsDamaged() throws {
        try inWorld { context, disk in
            let path = "/1.txnindex"
            let file = try context.core.files.open(path, .create)
            let source: IndexSource = { () throws(LogError) in file }
            var written = try await longIndex(source, file)
            var read = try #require(try TransactionIndex(baseOffset: 0, fileBytes: 640 * 34, source))
            #expect(read.checksum == written.checksum)
            for byte in 0..<640 * 34 {
                // Every bit near the blocks' borders, elsewhere one of each byte.
                let isNearBorder = byte / 34 % 128 < 2 || byte / 34 % 128 > 125
                for bit in isNearBorder ? Array(0..<8) : [byte % 8] {
                    disk.flipBit(of: path, at: byte, bit: bit)
                    let offset = Int64(byte / 34) * 10 + 9
                    let index = byte % 2 == 0 ? written : read
                    #expect(refuses { try aborted(at: offset, index, source) }, "byte \(byte), bit \(bit)")
                    disk.flipBit(of: path, at: byte, bit: bit)
                }
            }
            disk.flipBit(of: path, at: 639 * 34 + 9)
            #expect(refuses { try written.truncate(to: 6395, source) })
            #expect(refuses { try read.truncate(to: 6395, source) })
            let unread: IndexSource = { () throws(LogError) in throw .closed(path: path) }
            #expect(try aborted(at: 6400, read, unread) == [])
            for index in 0..<Int64(512) {
                #expect(try aborted(at: index * 10 + 9, written, source) == [index * 10], "too much was read")
            }
        }
    }

    @Test func whereItIsDamagedALogIsNotCut() throws {
        try inWorld { context, disk in
            try context.core.files.makeDirectories("/t-0")
            var opening = opening()
            opening.config.segmentBytes = 1 << 20
            let health = DirectoryHealth()
            let log = try await Log.open("/t-0", opening, context, health: health)
            try await fill(log, transactions: 10)
            try await log.close()
            let names = disk.names(in: "/t-0")
            let again = try await Log.open("/t-0", opening, context, health: health)
            let (end, truth) = (again.endOffset, try again.abortedTransactions(from: 0, upTo: again.endOffset))
            let path = "/t-0/" + (try #require(names.first { $0.hasSuffix(".txnindex") }))
            disk.flipBit(of: path, at: 9)
            do throws(LogError) {
                try await again.truncate(to: truth[2].lastOffset)
                Issue.record("it was cut")
            } catch {
                guard case .corrupt(path, _, _) = error else { throw error }
            }
            disk.flipBit(of: path, at: 9)
            #expect(health.failure == nil)
            #expect(again.endOffset == end)
            try await again.truncate(to: truth[2].lastOffset)
            #expect(try again.abortedTransactions(from: 0, upTo: end) == Array(truth[..<2]))
            try await again.close()
        }
    }

    @Test func aCutTransactionIndexIsWhatALogWithoutTheRestWouldHave() throws {
        try inWorld { context, _ in
            let file = try context.core.files.open("/1.txnindex", .create)
            let source: IndexSource = { () throws(LogError) in file }
            let whole = try await longIndex(source, file)
            for kept in [0, 1, 127, 128, 129, 512, 639, 640] as [Int64] {
                var cut = whole
                try cut.truncate(to: kept * 10 + 5, source)
                var other = TransactionIndex()
                for index in 0..<kept { other.append(transaction(index)) }
                #expect(cut.count == Int(kept))
                #expect(cut.checksum == other.checksum)
                // What comes then isn't mistaken for what was there.
                cut.append(transaction(700))
                other.append(transaction(700))
                #expect(cut.checksum == other.checksum)
                for index in [0, 1, 127, 128, 129, 512, 639, 700] as [Int64] where index < kept || index == 700 {
                    #expect(try aborted(at: index * 10 + 9, cut, source) == [index * 10], "\(kept) \(index)")
                }
            }
        }
    }

    /// As Apache Kafka replaces them: what it wrote counts.
    @Test func aFileInTheOthersPlaceIsBelievedWithoutASeal() throws {
        try inWorld { context, disk in
            _ = try await makeDirectory("/data", context)
            let files = context.core.files
            for name in checkpoints[..<4] {
                try await files.replace("/data/" + name, with: ByteSlice(utf8: "0\n1\nt 0 3\n"))
            }
            try await files.replace(
                "/data/meta.properties",
                with: MetaProperties(clusterID: "other", nodeID: 3, directoryID: nil).bytes)
            let directory = try await LogDirectory.open("/data", core: context.core)
            let found = try #require(try directory.partitions().first)
            #expect(directory.meta.clusterID == "other")
            #expect([found.recoveryPoint, found.startOffset, found.highWatermark, found.cleanedUpTo] == [3, 3, 3, 3])
            #expect(Told(directory.health).take() == [])

            let name = try #require(disk.names(in: "/data/t-0").first { $0.hasSuffix(".txnindex") })
            var bytes = try #require(disk.contents(of: "/data/t-0/" + name))
            bytes[9] ^= 1
            try await files.replace("/data/t-0/" + name, with: ByteSlice(bytes))
            try await files.replace(
                "/data/t-0/leader-epoch-checkpoint", with: ByteSlice(utf8: "0\n1\n99 5\n"))
            let log = try await Log.open("/data/t-0", opening(), context, health: directory.health)
            #expect(try log.abortedTransactions(from: 0, upTo: log.endOffset)[0].producerID == 7 ^ 1)
            #expect(log.leaderEpochs.entries == [LeaderEpochs.Entry(epoch: 99, startOffset: 5)])
            #expect(Told(directory.health).take() == [])
            await log.abandon()
            directory.abandon()
        }
    }

    /// As Apache Kafka appends to it.
    @Test func anIndexThatHasGrownInPlaceIsMadeAnew() throws {
        try inWorld { context, disk in
            _ = try await makeDirectory("/data", context)
            let name = try #require(disk.names(in: "/data/t-0").last { $0.hasSuffix(".txnindex") })
            let path = "/data/t-0/" + name
            let bytes = try #require(disk.contents(of: path))
            let file = try context.core.files.open(path, .readWrite)
            let last = AbortedTransaction(producerID: 1, firstOffset: 30, lastOffset: 39, lastStableOffset: 40)
            let block = Block(capacity: 34)
            last.store(to: block.base)
            try file.write([block.slice(0..<34)], at: bytes.count)
            file.close()
            let health = DirectoryHealth()
            let log = try await Log.open("/data/t-0", opening(), context, health: health)
            #expect(try log.abortedTransactions(from: 0, upTo: log.endOffset).count == 5)
            #expect(Told(health).take() == [path] && disk.contents(of: path) == bytes)
            await log.abandon()
        }
    }

    /// Nothing that a log does to its files leaves a seal that is broken.
    @Test func sealsFollowWhatIsWritten() throws {
        try inWorld { context, disk in
            _ = try await makeDirectory("/data", context)
            let health = DirectoryHealth()
            let told = Told(health)
            for round in 0..<8 {
                var opening = opening(clean: round % 4 != 3, recoveryPoint: 10)
                opening.config.cleanupPolicy = .compact
                opening.config.minCleanableDirtyRatio = 0
                let log = try await Log.open("/data/t-0", opening, context, health: health)
                if round % 2 == 1 { try await log.truncate(to: log.endOffset - 4) }
                try await fill(log, transactions: 4, producer: 10 + Int64(round))
                log.updateHighWatermark(to: log.endOffset)
                if round == 5 { _ = try await log.clean(CleaningTerms()) }
                try await fill(log, transactions: 2, producer: 30 + Int64(round))
                if round % 3 == 2 { await log.abandon() } else { try await log.close() }
                #expect(told.take() == [], "round \(round)")
                guard round % 3 != 2 else { continue }
                for name in disk.names(in: "/data/t-0") where name.hasSuffix(".txnindex") {
                    let (bytes, seal) = try context.core.files.readSealed("/data/t-0/" + name)
                    #expect(bytes.isEmpty ? seal == .none : seal == .intact, "round \(round): \(name)")
                }
            }
        }
    }

    @Test func withoutAttributesAllIsAsItWas() throws {
        var faults = FaultPlan.none
        faults.lacksAttributes = true
        try inWorld(faults: faults) { context, disk in
            let offsets = try await makeDirectory("/data", context)
            let directory = try await LogDirectory.open("/data", core: context.core)
            let found = try #require(try directory.partitions().first)
            #expect(found.recoveryPoint == offsets.recoveryPoints[partition] && found.closed != nil)
            let log = try await Log.open("/data/t-0", opening(), context, health: directory.health)
            #expect(try log.abortedTransactions(from: 0, upTo: log.endOffset).count == 5)
            #expect(Told(directory.health).take() == [])
            await log.abandon()
            directory.abandon()
        }
    }

    @Test func noCrashBreaksASeal() throws {
        try World.run(seeds: 0..<60) { world in
            let node = world.addNode()
            var random = world.workload()
            node.start { cores in
                cores[0].spawn { _ = try? await makeDirectory("/data", LogContext(core: cores[0])) }
            }
            var turns = random.below(400)
            world.run {
                turns -= 1
                return turns < 0
            }
            world.crash(node, random.chance(0.5) ? .powerCut : .kill)
            try world.run(on: node) { cores in
                guard cores[0].files.exists("/data/meta.properties") else { return }
                let context = LogContext(core: cores[0])
                let directory = try await LogDirectory.open("/data", core: cores[0])
                let told = Told(directory.health)
                for found in try directory.partitions() {
                    let opening = found.opening(small(), topicID: topicID)
                    await (try await Log.open(found.path, opening, context, health: directory.health)).abandon()
                }
                #expect(told.take() == [])
                directory.abandon()
            }
        }
    }

    @Test func theRealFileSystemKeepsSeals() async throws {
        try await withLogs { context, path in
            let files = context.core.files
            _ = try await makeDirectory(path + "/data", context)
            let probe = try files.open(path + "/probe", .create)
            do { try probe.setAttribute(Seal.attribute, [1]) } catch {
                Issue.record("\(path) keeps no attributes (\(error)): nothing could be shown here")
                return
            }
            let replica = path + "/data/t-0/"
            let index = try #require(try files.list(replica).first { $0.hasSuffix(".txnindex") })
            let derived = [replica + "leader-epoch-checkpoint", replica + index, replica + "partition.metadata"]
            let found = checkpoints.map { path + "/data/" + $0 } + derived
            let refused = path + "/data/meta.properties"
            for name in found + [refused] {
                #expect(try files.readSealed(name).seal == .intact, "\(name)")
                let file = try files.open(name, .readWrite)
                let byte = try file.readAll()[9..<10].array[0]
                try file.write([ByteSlice([byte ^ 1])], at: 9)
                #expect(try files.readSealed(name).seal == .broken, "\(name)")
                if name == refused {
                    await #expect(throws: LogError.self) {
                        _ = try await LogDirectory.open(path + "/data", core: context.core)
                    }
                    try file.write([ByteSlice([byte])], at: 9)
                }
            }
            let directory = try await LogDirectory.open(path + "/data", core: context.core)
            let told = Told(directory.health)
            _ = try directory.partitions()
            await (try await Log.open(path + "/data/t-0", opening(), context, health: directory.health)).abandon()
            #expect(Set(told.take()) == Set(found))
            directory.abandon()
        }
    }
}
