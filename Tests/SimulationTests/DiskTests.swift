import Bytes
import Reactor
import Simulation
import Testing

@Suite struct DiskTests {
    @Test func aKillKeepsAllThatWasWritten() throws {
        try World.run(seeds: 0..<20) { world in
            let node = world.addNode()
            try world.run(on: node) { cores in try write(cores[0], "/a", 10_000) }
            world.crash(node, .kill)
            #expect(node.disk.contents(of: "/a") == bytes(10_000))
        }
    }

    @Test func aKillTakesBackWhatIsWrittenLate() throws {
        var faults = FaultPlan.none
        faults.lateWrite = 1
        var kept = Set<Int>()
        try World.run(seeds: 0..<20, faults: faults) { world in
            let node = world.addNode()
            try world.run(on: node) { cores in
                let file = try write(cores[0], "/a", 5000)
                for round in 1..<10 {
                    try file.write([ByteSlice([UInt8](repeating: UInt8(round), count: 1000))], at: 5000 * round)
                    try file.write([ByteSlice([9])], at: 0)
                    await cores[0].sleep(milliseconds: 10)
                }
            }
            world.crash(node, .kill)
            let left = try #require(node.disk.contents(of: "/a"))
            kept.insert(left.count)
            #expect(left.count >= 5000 && left[1..<5000] == bytes(5000)[1...])
        }
        #expect(kept.count > 2)
    }

    @Test func aPowerCutKeepsWhatWasSynced() throws {
        try World.run(seeds: 0..<50) { world in
            let node = world.addNode()
            try world.run(on: node) { cores in
                let file = try write(cores[0], "/a", 10_000)
                try await file.sync()
                try await cores[0].files.syncDirectory("/")
                try file.write([ByteSlice(bytes(7000, 9))], at: 10_000)
            }
            world.crash(node, .powerCut)
            #expect(node.disk.contents(of: "/a")?.prefix(10_000) == bytes(10_000)[...])
        }
    }

    @Test func aPowerCutTearsWhatWasNotSynced() throws {
        var sizes = Set<Int>()
        var tornWithinAPage = 0
        try World.run(seeds: 0..<200) { world in
            let node = world.addNode()
            try world.run(on: node) { cores in
                let file = try write(cores[0], "/a", 0)
                try await file.sync()
                try await cores[0].files.syncDirectory("/")
                try file.write([ByteSlice([UInt8](repeating: 7, count: 20_000))], at: 0)
            }
            world.crash(node, .powerCut)
            let left = try #require(node.disk.contents(of: "/a"))
            sizes.insert(left.count)
            for start in stride(from: 0, to: left.count, by: 512) {
                #expect(Set(left[start..<min(start + 512, left.count)]).count == 1, "a sector is whole or not there")
            }
            for start in stride(from: 0, to: left.count, by: 4096) {
                if Set(left[start..<min(start + 4096, left.count)]).count > 1 { tornWithinAPage += 1 }
            }
        }
        #expect(sizes.contains(0) && sizes.contains(20_000) && sizes.count > 10)
        #expect(tornWithinAPage > 20)
    }

    @Test func anEntryIsDurableOnlyOnceItsDirectoryIsSynced() throws {
        var vanished = 0
        try World.run(seeds: 0..<60) { world in
            let node = world.addNode()
            try world.run(on: node) { cores in
                let file = try write(cores[0], "/a", 100)
                try await file.sync()
            }
            world.crash(node, .powerCut)
            if node.disk.contents(of: "/a") == nil { vanished += 1 }
        }
        #expect((10...50).contains(vanished))
    }

    @Test func aPowerCutKeepsAllThatWasSyncedTogether() throws {
        try World.run(seeds: 0..<60) { world in
            let node = world.addNode()
            try world.run(on: node) { cores in
                try cores[0].files.makeDirectories("/d/e")
                _ = try write(cores[0], "/d/e/a", 9000)
                _ = try write(cores[0], "/b", 10)
                try cores[0].files.rename("/b", to: "/d/b")
                try await cores[0].files.syncFileSystem(of: "/d")
                _ = try write(cores[0], "/d/late", 10)
            }
            world.crash(node, .powerCut)
            #expect(node.disk.contents(of: "/d/e/a") == bytes(9000))
            #expect(node.disk.contents(of: "/d/b") == bytes(10))
            #expect(node.disk.contents(of: "/b") == nil)
        }
    }

    @Test func aSyncOfAllThatFailsOrLiesKeepsNothing() throws {
        for isLying in [false, true] {
            var lost = 0
            try World.run(seeds: 0..<60) { world in
                let machine = world.addNode()
                let node = Shared(machine)
                try world.run(on: machine) { cores in
                    let files = cores[0].files
                    let file = try write(cores[0], "/a", 10)
                    try await file.sync()
                    try await files.syncDirectory("/")
                    try file.write([ByteSlice(bytes(10, 1))], at: 0)
                    if isLying {
                        node.value.disk.faults.lyingSync = 1
                        try await files.syncFileSystem(of: "/")
                    } else {
                        node.value.disk.faults.syncError = 1
                        await #expect(throws: Errno.ioError) { try await files.syncFileSystem(of: "/") }
                        // As in Linux, the next one finds nothing to write.
                        node.value.disk.faults.syncError = 0
                        try await file.sync()
                    }
                }
                world.crash(machine, .powerCut)
                if machine.disk.contents(of: "/a") == bytes(10) { lost += 1 }
            }
            #expect(lost > 10, "lying: \(isLying)")
        }
    }

    @Test func aRenameHappensWhollyOrNot() throws {
        var renamed = 0
        try World.run(seeds: 0..<60) { world in
            let node = world.addNode()
            try world.run(on: node) { cores in
                for (name, count) in [("/a", 100), ("/b", 200)] { try await write(cores[0], name, count).sync() }
                try await cores[0].files.syncDirectory("/")
                try cores[0].files.rename("/a", to: "/b")
            }
            world.crash(node, .powerCut)
            let sizes = ["/a", "/b"].map { node.disk.contents(of: $0)?.count }
            #expect(sizes == [100, 200] || sizes == [nil, 100])
            if sizes[0] == nil { renamed += 1 }
        }
        #expect((10...50).contains(renamed))
    }

    @Test func replacingAFileLeavesTheOldOrTheNew() throws {
        try World.run(seeds: 0..<150) { world in
            let node = world.addNode()
            var random = world.workload()
            try world.run(on: node) { cores in try await cores[0].files.replace("/a", with: ByteSlice(bytes(5000))) }
            world.crash(node, .powerCut)
            #expect(node.disk.contents(of: "/a") == bytes(5000))
            node.start { cores in
                cores[0].spawn { try? await cores[0].files.replace("/a", with: ByteSlice(bytes(9000, 1))) }
            }
            var turns = random.below(12)
            world.run {
                turns -= 1
                return turns < 0
            }
            world.crash(node, .powerCut)
            let left = node.disk.contents(of: "/a")
            #expect(left == bytes(5000) || left == bytes(9000, 1))
        }
    }

    @Test func anAttributeIsDurableAfterASyncOfItsFile() throws {
        let seen = Shared(Set<[UInt8]>())
        try World.run(seeds: 0..<40) { world in
            let node = world.addNode()
            try world.run(on: node) { cores in
                let file = try write(cores[0], "/a", 100)
                try file.setAttribute("user.x", [1])
                try await file.sync()
                try await cores[0].files.syncDirectory("/")
                try file.setAttribute("user.x", [2])
            }
            world.crash(node, .powerCut)
            try world.run(on: node) { cores in
                let left = try #require(try cores[0].files.open("/a", .read).attribute("user.x"))
                seen.value.insert(left)
            }
        }
        #expect(seen.value == [[1], [2]])
    }

    @Test func aFileIsReplacedTogetherWithItsAttribute() throws {
        try World.run(seeds: 0..<100) { world in
            let node = world.addNode()
            var random = world.workload()
            node.start { cores in
                cores[0].spawn {
                    for round in 0..<3 as Range<UInt8> {
                        try? await cores[0].files.replace("/a", with: ByteSlice([round])) { file throws(Errno) in
                            try file.setAttribute("user.x", [round])
                        }
                    }
                }
            }
            var turns = random.below(25)
            world.run {
                turns -= 1
                return turns < 0
            }
            world.crash(node, .powerCut)
            try world.run(on: node) { cores in
                guard cores[0].files.exists("/a") else { return }
                let file = try cores[0].files.open("/a", .read)
                #expect(try file.attribute("user.x") == file.readAll().array)
            }
        }
    }

    @Test func aDiskMayKeepNoAttributes() throws {
        var faults = FaultPlan.none
        faults.lacksAttributes = true
        try World.run(seeds: 0..<1, faults: faults) { world in
            try world.run(on: world.addNode()) { cores in
                let file = try write(cores[0], "/a", 10)
                #expect(throws: Errno.notSupported) { try file.setAttribute("user.x", [1]) }
                #expect(throws: Errno.notSupported) { try file.attribute("user.x") }
                #expect(throws: Errno.notSupported) { try file.removeAttribute("user.x") }
            }
        }
    }

    @Test func aFullDiskSaysSoAndTakesMoreOnceThereIsRoom() throws {
        try World.run(seeds: 0..<5) { world in
            var faults = FaultPlan.none
            faults.capacityBytes = 64 << 10
            let node = world.addNode(faults: faults)
            try world.run(on: node) { cores in
                let files = cores[0].files
                let file = try write(cores[0], "/a", 60 << 10)
                #expect(throws: Errno.noSpace) { try file.write([ByteSlice(bytes(8 << 10))], at: 60 << 10) }
                #expect(try file.size() == 64 << 10)
                #expect(try files.fileSystem(of: "/").freeBytes == 0)
                file.close()
                try files.remove("/a")
                #expect(try files.fileSystem(of: "/").freeBytes == 64 << 10)
                try write(cores[0], "/b", 64 << 10)
            }
        }
    }

    @Test func errorsOfTheDeviceReachTheProgram() throws {
        try World.run(seeds: 0..<3) { world in
            let machine = world.addNode()
            let node = Shared(machine)
            try world.run(on: machine) { cores in
                let file = try write(cores[0], "/a", 100)
                node.value.disk.faults.syncError = 1
                await #expect(throws: Errno.ioError) { try await file.sync() }
                node.value.disk.faults.readError = 1
                await #expect(throws: Errno.ioError) { _ = try await file.readAsync(10, at: 0) }
                node.value.disk.faults.writeError = 1
                #expect(throws: Errno.ioError) { try file.write([ByteSlice([1])], at: 0) }
                node.value.disk.faults.directoryError = 1
                #expect(throws: Errno.ioError) { try cores[0].files.open("/a", .read) }
            }
        }
    }

    @Test func rotIsRead() throws {
        let world = World(seed: 1)
        let machine = world.addNode()
        let node = Shared(machine)
        try world.run(on: machine) { cores in
            let file = try write(cores[0], "/a", 100)
            node.value.disk.flipBit(of: "/a", at: 50, bit: 3)
            var expected = bytes(100)
            expected[50] ^= 8
            #expect(try await file.readAsync(100, at: 0).array == expected)
        }
    }

    @Test func aLockEndsWithItsProcess() throws {
        let world = World(seed: 1)
        let node = world.addNode()
        for _ in 0..<3 {
            try world.run(on: node) { cores in
                let file = Shared(try cores[0].files.lock("/.lock"))
                cores[0].spawn {
                    while !cores[0].isHalted { await cores[0].sleep(milliseconds: 100) }
                    withExtendedLifetime(file) {}
                }
            }
            world.crash(node, .kill)
        }
        #expect(world.end() == 0)
    }
}

private func bytes(_ count: Int, _ salt: Int = 0) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ salt &+ $0 >> 8) }
}

@discardableResult
private func write(_ core: Core, _ path: String, _ count: Int) throws(Errno) -> File {
    let file = try core.files.open(path, .create)
    try file.write([ByteSlice(bytes(count))], at: 0)
    return file
}
