import Bytes
import Reactor
import Simulation
import Testing

@Suite struct CrashTests {
    @Test func allTasksOfACrashedNodeEnd() throws {
        try World.run(seeds: 0..<60, faults: .rough) { world in
            var random = world.workload()
            let node = world.addNode(cores: 2)
            for _ in 0..<6 {
                let running = Shared(0)
                node.start { cores in
                    for core in cores {
                        for kind in 0..<5 {
                            core.spawn {
                                running.value += 1
                                await work(core, other: cores[1 - core.index], kind)
                                running.value -= 1
                            }
                        }
                    }
                }
                world.run(milliseconds: Int64(random.below(15)))
                #expect(running.value > 0)
                world.crash(node, random.chance(0.5) ? .kill : .powerCut)
                #expect(running.value == 0)
                #expect(world.leakedCores == 0)
            }
        }
    }

    @Test func whatIsInFlightIsCancelledAndWhatComesLaterRefused() throws {
        let world = World(seed: 4)
        let node = world.addNode()
        let failures = Shared<[Errno?]>([])
        node.start { cores in
            cores[0].spawn {
                guard let listener = try? Listener(cores[0], .any(port: 1)) else { return }
                do { _ = try await listener.accept() } catch { failures.value.append(error as? Errno) }
                do { _ = try await listener.accept() } catch { failures.value.append(error as? Errno) }
                do { _ = try cores[0].files.open("/a", .create) } catch { failures.value.append(error as? Errno) }
                #expect(cores[0].isHalted)
            }
        }
        world.run(milliseconds: 10)
        world.crash(node, .kill)
        #expect(failures.value == [.canceled, .shutDown, .shutDown])
        #expect(world.end() == 0)
    }

    @Test func aSyncInFlightMayOrMayNotHaveHappened() throws {
        var happened = 0
        for seed in 0..<80 as Range<UInt64> {
            let world = World(seed: seed)
            let node = world.addNode()
            let isSyncing = Shared(false)
            node.start { cores in
                cores[0].spawn {
                    guard let file = try? cores[0].files.open("/a", .create) else { return }
                    try? await cores[0].files.syncDirectory("/")
                    try? file.write([ByteSlice([9, 9, 9])], at: 0)
                    isSyncing.value = true
                    try? await file.sync()
                }
            }
            world.run { isSyncing.value }
            world.crash(node, .powerCut)
            if node.disk.contents(of: "/a") == [9, 9, 9] { happened += 1 }
            #expect(world.end() == 0)
        }
        #expect((20...75).contains(happened))
    }

    @Test func aTaskMayCrashItsOwnNode() throws {
        let world = World(seed: 4)
        let node = world.addNode()
        let shared = Shared(node)
        node.start { cores in
            cores[0].spawn {
                world.crash(shared.value, .powerCut)
                await cores[0].sleep(milliseconds: 1_000_000)
            }
        }
        #expect(world.run { !node.isRunning } == .reached)
        #expect(world.end() == 0)
    }

    @Test func theWallClockJumpsAndTheOtherDoesNot() throws {
        let world = World(seed: 4)
        let node = world.addNode()
        let shared = Shared(node)
        try world.run(on: node) { cores in
            let (wall, now) = (cores[0].wallClockMilliseconds(), cores[0].now())
            shared.value.wallClockSkewMilliseconds -= 3_600_000
            await cores[0].sleep(milliseconds: 10)
            #expect(cores[0].wallClockMilliseconds() < wall - 3_500_000)
            #expect(cores[0].now().milliseconds(since: now) == 10)
        }
    }
}

/// Something that waits, of each kind there is.
private func work(_ core: Core, other: Core, _ kind: Int) async {
    switch kind {
    case 0: while !core.isHalted { await core.sleep(milliseconds: 3) }
    case 1:
        guard let file = try? core.files.open("/file-\(core.index)", .create) else { return }
        while (try? file.write([ByteSlice([1, 2, 3])], at: 0)) != nil, (try? await file.sync()) != nil {}
    case 2:
        guard let listener = try? Listener(core, .loopback(port: 0)),
            let client = try? await Socket.connect(core, to: listener.address),
            let server = try? await listener.accept()
        else { return }
        while (try? await client.send([ByteSlice([1])])) != nil, (try? await server.receive()) != nil {}
    case 3:
        let watermark = Watermark(0)
        core.whenHalted { watermark.close() }
        _ = await watermark.reaches(1)
    default:
        while !core.isHalted {
            await withUnsafeContinuation { continuation in other.spawn { continuation.resume() } }
            await core.sleep(milliseconds: 1)
        }
    }
}
