import Bytes
import Reactor
import Simulation
import Testing

@Suite struct FileTests {
    @Test func whatIsWrittenIsRead() throws {
        try onBothKernels { stage in
            let file = try stage.core.files.open(stage.path("a"), .createNew)
            let pieces = (0..<2500).map { slice(pattern($0 % 90, from: $0)) }
            let expected = pieces.flatMap(\.array)
            try file.write(pieces, at: 10)
            #expect(try file.size() == expected.count + 10)
            let read = try await file.readAsync(expected.count, at: 10)
            #expect(read.array == expected)
            #expect(try await file.readAsync(100, at: expected.count).array == expected.suffix(10))
            var start = [UInt8](repeating: 1, count: 10)
            #expect(try start.withUnsafeMutableBytes { try file.read(into: $0, at: 0) } == 10)
            #expect(start == [UInt8](repeating: 0, count: 10))
        }
    }

    @Test func readingEndsWithTheFile() throws {
        try onBothKernels { stage in
            let file = try stage.core.files.open(stage.path("a"), .create)
            try file.write([slice(pattern(5000))], at: 0)
            #expect(try await file.readAsync(10_000, at: 4000).array == Array(pattern(5000).suffix(1000)))
            #expect(try await file.readAsync(10, at: 6000).isEmpty)
            #expect(try stage.core.files.readAll(stage.path("a")).array == pattern(5000))
        }
    }

    @Test func truncatedBytesComeBackAsZeros() throws {
        try onBothKernels { stage in
            let file = try stage.core.files.open(stage.path("a"), .create)
            try file.write([slice(pattern(9000))], at: 0)
            try file.truncate(to: 100)
            try file.truncate(to: 9000)
            #expect(try await file.readAsync(9000, at: 0).array == pattern(100) + [UInt8](repeating: 0, count: 8900))
        }
    }

    @Test func syncedFileIsReadByItsNewName() throws {
        try onBothKernels { stage in
            let files = stage.core.files
            let file = try files.open(stage.path("old"), .create)
            try file.write([slice(pattern(10))], at: 0)
            try await file.sync()
            try files.rename(stage.path("old"), to: stage.path("new"))
            try await files.syncDirectory(stage.directory)
            try file.write([slice(pattern(10))], at: 10)
            #expect(try files.readAll(stage.path("new")).array == pattern(10) + pattern(10))
            #expect(throws: Errno.noEntry) { try files.open(stage.path("old"), .readWrite) }
        }
    }

    @Test func aSyncOfAllEndsAndTheCoreGoesOnMeanwhile() throws {
        try onBothKernels { stage in
            let files = stage.core.files
            try files.open(stage.path("a"), .create).write([slice(pattern(10))], at: 0)
            let hasGoneOn = Shared(false)
            stage.core.spawn { hasGoneOn.value = true }
            for _ in 0..<3 { try await files.syncFileSystem(of: stage.directory) }
            #expect(hasGoneOn.value)
            await #expect(throws: Errno.noEntry) { try await files.syncFileSystem(of: stage.path("none")) }
        }
    }

    @Test func listIsSortedAndWithoutDots() throws {
        try onBothKernels { stage in
            let files = stage.core.files
            for name in ["b", "a-1", "c", "a"] { _ = try files.open(stage.path(name), .create) }
            try files.makeDirectories(stage.path("d/e/f"))
            #expect(try files.list(stage.directory) == ["a", "a-1", "b", "c", "d"])
            try files.remove(stage.path("b"))
            try files.removeDirectory(stage.path("d/e/f"))
            #expect(try files.list(stage.path("d")) == ["e"])
            #expect(try files.list(stage.path("d/e")).isEmpty)
        }
    }

    @Test func errorsAreTheSystems() throws {
        try onBothKernels { stage in
            let files = stage.core.files
            _ = try files.open(stage.path("file"), .create)
            try files.makeDirectories(stage.path("full/inner"))
            #expect(throws: Errno.noEntry) { try files.open(stage.path("none"), .read) }
            #expect(throws: Errno.noEntry) { try files.open(stage.path("none/file"), .create) }
            #expect(throws: Errno.exists) { try files.open(stage.path("file"), .createNew) }
            #expect(throws: Errno.isDirectory) { try files.open(stage.path("full"), .readWrite) }
            #expect(throws: Errno.notDirectory) { try files.open(stage.path("file/x"), .create) }
            #expect(throws: Errno.notDirectory) { try files.list(stage.path("file")) }
            #expect(throws: Errno.notEmpty) { try files.removeDirectory(stage.path("full")) }
            #expect(throws: Errno.isDirectory) { try files.remove(stage.path("full")) }
            #expect(throws: Errno.notDirectory) { try files.removeDirectory(stage.path("file")) }
            #expect(throws: Errno.exists) { try files.makeDirectory(stage.path("full")) }
            #expect(throws: Errno.noEntry) { try files.rename(stage.path("none"), to: stage.path("some")) }
            #expect(throws: Errno.notEmpty) {
                try files.makeDirectory(stage.path("other"))
                try files.rename(stage.path("other"), to: stage.path("full"))
            }
            #expect(throws: Errno.noEntry) { try files.status(stage.path("none")) }
            #expect(!files.exists(stage.path("none")))
        }
    }

    @Test func statusTellsKindSizeAndTime() throws {
        try onBothKernels { stage in
            let file = try stage.core.files.open(stage.path("a"), .create)
            try file.write([slice(pattern(77))], at: 0)
            try file.setModified(milliseconds: 1_500_000_000_123)
            #expect(
                try stage.core.files.status(stage.path("a"))
                    == FileStatus(size: 77, modifiedMilliseconds: 1_500_000_000_123, isDirectory: false))
            #expect(try stage.core.files.status(stage.directory).isDirectory)
        }
    }

    @Test func anAttributeGoesWithItsFileWhateverThatIsCalled() throws {
        try onBothKernels { stage in
            let files = stage.core.files
            let file = try files.open(stage.path("a"), .create)
            #expect(try file.attribute("user.x") == nil)
            try file.removeAttribute("user.x")
            do { try file.setAttribute("user.x", [1, 2, 3]) } catch {
                Issue.record("\(stage.directory) keeps no attributes: \(error)")
                return
            }
            try file.setAttribute("user.x", [7, 8])
            try file.setAttribute("user.y", [])
            try files.rename(stage.path("a"), to: stage.path("b"))
            let again = try files.open(stage.path("b"), .read)
            #expect(try again.attribute("user.x") == [7, 8])
            #expect(try again.attribute("user.y") == [])
            try file.setAttribute("user.y", [UInt8](repeating: 1, count: 65))
            #expect(throws: Errno.outOfRange) { try again.attribute("user.y") }
            try file.removeAttribute("user.x")
            #expect(try again.attribute("user.x") == nil)
            try file.setAttribute("user.x", [1])
            try await files.replace(stage.path("b"), with: slice(pattern(10)))
            #expect(try files.open(stage.path("b"), .read).attribute("user.x") == nil)
            try await files.replace(stage.path("b"), with: slice(pattern(10))) { file throws(Errno) in
                try file.setAttribute("user.x", [2])
            }
            #expect(try files.open(stage.path("b"), .read).attribute("user.x") == [2])
        }
    }

    @Test func viewShowsTheFilesBytes() throws {
        try onBothKernels { stage in
            let file = try stage.core.files.open(stage.path("a"), .create)
            let bytes = pattern(5 << 20)
            try file.write([slice(bytes)], at: 0)
            let range = (4 << 20) - 3000..<(4 << 20) + 3000
            let pieces = try file.view(range)
            #expect(pieces.count == 2)
            #expect(pieces.flatMap(\.array) == Array(bytes[range]))
            #expect(try file.view(0..<0).isEmpty)
        }
    }

    @Test func viewOutlivesItsFile() throws {
        try onBothKernels { stage in
            let file = try stage.core.files.open(stage.path("a"), .create)
            try file.write([slice(pattern(100))], at: 0)
            let pieces = try file.view(0..<100)
            file.close()
            try stage.core.files.remove(stage.path("a"))
            #expect(pieces.flatMap(\.array) == pattern(100))
        }
    }

    @Test func whatIsReadIsResident() throws {
        try onLinux { stage in
            let file = try stage.core.files.open(stage.path("a"), .create)
            try file.write([slice(pattern(100_000))], at: 0)
            #expect(file.isResident(0..<100_000))
            #expect(file.isResident(99_999..<100_000))
        }
    }

    @Test func replaceLeavesTheNewAndNoTemporaryFile() throws {
        try onBothKernels { stage in
            for round in 1..<4 {
                try await stage.core.files.replace(stage.path("a"), with: slice(pattern(100 / round)))
                #expect(try stage.core.files.readAll(stage.path("a")).array == pattern(100 / round))
            }
            #expect(try stage.core.files.list(stage.directory) == ["a"])
        }
    }

    @Test func readAllRefusesMoreThanItsLimit() throws {
        try onBothKernels { stage in
            _ = try stage.core.files.open(stage.path("a"), .create).write([slice(pattern(101))], at: 0)
            #expect(try stage.core.files.readAll(stage.path("a"), limit: 101).count == 101)
            #expect(throws: Errno.self) { try stage.core.files.readAll(stage.path("a"), limit: 100) }
        }
    }

    @Test func aLockIsHeldByOneUntilItsFileIsClosed() throws {
        try onBothKernels { stage in
            let holder = try stage.core.files.lock(stage.path(".lock"))
            #expect(throws: Errno.wouldBlock) { try stage.core.files.lock(stage.path(".lock")) }
            holder.close()
            _ = try stage.core.files.lock(stage.path(".lock"))
        }
    }

    @Test func manySyncsAtOnceAllEnd() throws {
        try onBothKernels { stage in
            let file = Shared(try stage.core.files.open(stage.path("a"), .create))
            let tasks = Tasks(stage.core)
            for number in 0..<20 {
                tasks.start {
                    try file.value.write([slice(pattern(100))], at: number * 100)
                    try await file.value.sync()
                }
            }
            await tasks.finish()
            #expect(try file.value.size() == 2000)
        }
    }

    @Test func aFileSystemHasAKindAndRoom() throws {
        try onBothKernels { stage in
            let status = try stage.core.files.fileSystem(of: stage.directory)
            #expect(status.freeBytes > 0)
            #expect(throws: Errno.noEntry) { try stage.core.files.fileSystem(of: stage.path("none")) }
        }
    }
}
