import Bytes
import LogEngine
import Reactor
import Records
import Simulation
import Testing

/// What is done while a log is compacted, on a simulated disk, where each step takes its time.
@Suite struct ConcurrentCleaningTests {
    /// Fills a log, begins to compact it, does `body` after so many microseconds, and hands over the outcome.
    private func during(
        _ seeds: Range<UInt64> = 0..<20,
        _ body: @escaping @Sendable (Log, Core, Shared<CleaningOutcome?>) async throws -> Void
    ) throws {
        try World.run(seeds: seeds) { world in
            let node = world.addNode()
            let delay = Int(world.seed % 20)
            try world.run(on: node) { cores in
                let log = try await Log.open("/t-0", compacted(), LogContext(core: cores[0]))
                for index in 0..<60 { try await log.add(keyed([("k\(index % 7)", "value \(index)")])) }
                try await log.roll()
                let outcome = Shared<CleaningOutcome?>(nil)
                nonisolated(unsafe) let cleaned = log  // on the same core
                cores[0].spawn {
                    var terms = CleaningTerms()
                    terms.bufferBytes = 300
                    outcome.value = (try? await cleaned.clean(terms)) ?? .aborted
                }
                for _ in 0..<delay * 3 {
                    await cores[0].sleep(until: cores[0].now().adding(nanoseconds: 20_000))
                }
                try await body(log, cores[0], outcome)
            }
        }
    }

    @Test func appendsGoOn() throws {
        try during { log, core, outcome in
            var added: Int64 = 0
            while outcome.value == nil {
                try await log.add(keyed([("new\(added)", "x")]))
                added += 1
                await core.sleep(until: core.now().adding(nanoseconds: 300_000))
            }
            guard case .cleaned(let report) = outcome.value else {
                throw Failure("\(String(describing: outcome.value))")
            }
            #expect(report.cleanedUpTo == 60)
            #expect(try await log.records().count == 7 + 1 + Int(added))
            try await log.close()
        }
    }

    @Test func aTruncationEndsItAndTheLogIsWhole() throws {
        try during { log, _, outcome in
            let saved = Shared(false)
            try await log.truncate(to: 30) { () async throws(LogError) in saved.value = true }
            #expect(outcome.value != nil && !log.isBeingCleaned)
            #expect(log.cleanedUpTo <= 30 && log.endOffset <= 30)
            try await log.add(keyed([("after", "x")]))
            let offsets = try await log.records().map(\.offset)
            #expect(offsets == offsets.sorted() && Set(offsets).count == offsets.count)
            try await log.close()
        }
    }

    @Test func aCloseWaitsForItAndTheNextStartFindsOneOrTheOther() throws {
        try during { log, core, _ in
            let context = LogContext(core: core)
            try await log.close()
            #expect(!log.isBeingCleaned)
            let again = try await Log.open("/t-0", compacted(), context)
            #expect(again.endOffset == 61)
            #expect(try await again.records().map(\.offset).suffix(8) == Array(53...60))
            await again.abandon()
        }
    }

    @Test func aRemovalEndsIt() throws {
        try during { log, core, _ in
            try await log.renameDirectory(to: "/t-0.0123-delete")
            #expect(!log.isBeingCleaned)
            await log.abandon()
            let names = try core.files.list("/t-0.0123-delete").compactMap { SegmentFileName($0) }
            #expect(names.allSatisfy { $0.temporary != .swap })
        }
    }

    @Test func retentionIsNeverUndone() throws {
        try during { log, core, outcome in
            log.config.cleanupPolicy = [.compact, .delete]
            log.config.retentionBytes = 1500
            while outcome.value == nil {
                try log.applyRetention()
                await core.sleep(until: core.now().adding(nanoseconds: 20_000))
            }
            try log.applyRetention()
            let start = log.startOffset
            let records = try await log.records().map(\.offset)
            #expect(records.allSatisfy { $0 >= start })
            #expect(Set(records).isSuperset(of: Set(54...60).filter { $0 >= start }))
            try await log.close()
            let again = try await Log.open("/t-0", compacted(), LogContext(core: core))
            #expect(again.startOffset == start)
            await again.abandon()
        }
    }

    @Test func aFullDiskLosesNothingAndLaterItGoesThrough() throws {
        try World.run(seeds: 0..<10) { world in
            var faults = FaultPlan.none
            faults.capacityBytes = 128 << 10
            let node = world.addNode(faults: faults)
            try world.run(on: node) { cores in
                let health = DirectoryHealth()
                var opening = LogOpening()
                opening.config = compacted(segmentBytes: 3000)
                let log = try await Log.open("/t-0", opening, LogContext(core: cores[0]), health: health)
                for index in 0..<60 { try await log.add(keyed([("k\(index)", "value \(index)")])) }
                try await log.roll()
                let ballast = try cores[0].files.open("/ballast", .create)
                var size = 0
                while (try? ballast.write([ByteSlice([UInt8](repeating: 1, count: 4096))], at: size)) != nil {
                    size += 4096
                }
                do throws(LogError) {
                    _ = try await log.clean()
                    Issue.record("seed \(world.seed): there was room")
                } catch { #expect(error == .storage(.noSpace, path: "/t-0/00000000000000000000.log.cleaned")) }
                #expect(health.failure == nil)
                #expect(try await log.records().count == 61)
                ballast.close()
                try cores[0].files.remove("/ballast")
                #expect(try await log.cleanAll().cleanedUpTo == 60)
                #expect(try await log.records().count == 61)
                await log.abandon()
            }
        }
    }

    @Test func aRateIsKeptTo() throws {
        try World.run(seeds: 0..<3) { world in
            let node = world.addNode()
            try world.run(on: node) { cores in
                let log = try await Log.open("/t-0", compacted(segmentBytes: 20_000), LogContext(core: cores[0]))
                for index in 0..<200 { try await log.add(keyed([("k\(index)", "value \(index)")])) }
                try await log.roll()
                var terms = CleaningTerms()
                terms.bufferBytes = 300
                let started = cores[0].now()
                guard
                    case .cleaned(let report) = try await log.clean(
                        terms, pace: CleaningPace(core: cores[0], rate: ByteRate(bytesPerSecond: 10_000)))
                else { throw Failure("not cleaned") }
                let moved = report.mappedBytes + report.bytesBefore + report.bytesAfter
                let wanted = Int64(moved) / 10
                let took = cores[0].now().milliseconds(since: started)
                #expect(took > wanted / 2 && took < wanted * 2)
                await log.abandon()
            }
        }
    }
}

struct Failure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
