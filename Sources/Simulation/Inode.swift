/// A file or directory of a simulated disk: what programs see (the page cache) and what the device holds.
final class Inode {
    static let pageBytes = 4096
    static let sectorBytes = 512

    struct Page {
        var bytes: [UInt8]
        /// Grows with each change of any page of the disk: tells old from new.
        var generation: UInt64
        var isDirty: Bool
        var isResident: Bool
    }

    struct DurablePage {
        var bytes: [UInt8]
        var generation: UInt64
    }

    let number: Int
    let isDirectory: Bool

    // As seen.
    var size = 0
    var pages: [Page] = []
    var modifiedMilliseconds: Int64 = 0
    var attributes: [String: [UInt8]] = [:]
    var entries: [String: Inode] = [:]
    var links = 1
    var openCount = 0
    var lockHolder: ObjectIdentifier?

    // As the device has it.
    var durableSize = 0
    var durablePages: [DurablePage] = []
    var durableEntries: [String: Inode] = [:]
    private var durableAttributes: [String: [UInt8]] = [:]

    /// When `size` was changed, and when that which is durable was; the same of the attributes.
    var sizeGeneration: UInt64 = 0
    var durableSizeGeneration: UInt64 = 0
    var attributesGeneration: UInt64 = 0
    private var durableAttributesGeneration: UInt64 = 0

    init(number: Int, isDirectory: Bool) {
        self.number = number
        self.isDirectory = isDirectory
    }

    static func pageCount(_ size: Int) -> Int { (size + pageBytes - 1) / pageBytes }

    // MARK: The page cache

    func resize(_ newSize: Int, generation: UInt64) {
        let count = Self.pageCount(newSize)
        if newSize < size {
            pages.removeLast(pages.count - count)
            let used = newSize % Self.pageBytes
            if used > 0 {
                for position in used..<Self.pageBytes { pages[count - 1].bytes[position] = 0 }
                pages[count - 1].generation = generation
                pages[count - 1].isDirty = true
            }
        }
        while pages.count < count {
            pages.append(
                Page(
                    bytes: [UInt8](repeating: 0, count: Self.pageBytes), generation: generation, isDirty: true,
                    isResident: true))
        }
        size = newSize
        sizeGeneration = generation
    }

    func write(_ source: UnsafeRawBufferPointer, at start: Int, generation: UInt64) {
        if start + source.count > size { resize(start + source.count, generation: generation) }
        var done = 0
        while done < source.count {
            let index = (start + done) / Self.pageBytes
            let offset = (start + done) % Self.pageBytes
            let count = min(Self.pageBytes - offset, source.count - done)
            pages[index].bytes.withUnsafeMutableBytes { page in
                page[offset..<offset + count].copyBytes(from: source[done..<done + count])
            }
            pages[index].generation = generation
            pages[index].isDirty = true
            pages[index].isResident = true
            done += count
        }
    }

    /// Returns how many bytes there were to read.
    func read(into target: UnsafeMutableRawBufferPointer, at start: Int) -> Int {
        let total = max(0, min(target.count, size - start))
        var done = 0
        while done < total {
            let index = (start + done) / Self.pageBytes
            let offset = (start + done) % Self.pageBytes
            let count = min(Self.pageBytes - offset, total - done)
            pages[index].bytes.withUnsafeBytes { page in
                UnsafeMutableRawBufferPointer(rebasing: target[done..<done + count])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: page[offset..<offset + count]))
            }
            pages[index].isResident = true
            done += count
        }
        return total
    }

    // MARK: The device

    /// What a sync that begins now will make durable.
    struct Commit {
        var size: Int
        var sizeGeneration: UInt64
        var pages: [(index: Int, bytes: [UInt8], generation: UInt64)]
        var attributes: [String: [UInt8]]
        var attributesGeneration: UInt64
    }

    func prepareCommit() -> Commit {
        var dirty: [(index: Int, bytes: [UInt8], generation: UInt64)] = []
        for index in pages.indices where pages[index].isDirty {
            dirty.append((index, pages[index].bytes, pages[index].generation))
        }
        return Commit(
            size: size, sizeGeneration: sizeGeneration, pages: dirty, attributes: attributes,
            attributesGeneration: attributesGeneration)
    }

    func apply(_ commit: Commit) {
        for page in commit.pages {
            while durablePages.count <= page.index {
                durablePages.append(DurablePage(bytes: [UInt8](repeating: 0, count: Self.pageBytes), generation: 0))
            }
            if page.generation >= durablePages[page.index].generation {
                durablePages[page.index] = DurablePage(bytes: page.bytes, generation: page.generation)
            }
            clean(page.index, page.generation)
        }
        if commit.attributesGeneration >= durableAttributesGeneration {
            durableAttributes = commit.attributes
            durableAttributesGeneration = commit.attributesGeneration
        }
        guard commit.sizeGeneration >= durableSizeGeneration else { return }
        durableSizeGeneration = commit.sizeGeneration
        durableSize = commit.size
        let kept = Self.pageCount(durableSize)
        if durablePages.count > kept { durablePages.removeLast(durablePages.count - kept) }
    }

    /// The device refused: as in Linux, the pages count as clean and are still not durable.
    func forget(_ commit: Commit) {
        for page in commit.pages { clean(page.index, page.generation) }
    }

    private func clean(_ index: Int, _ generation: UInt64) {
        if index < pages.count, pages[index].generation == generation { pages[index].isDirty = false }
    }

    // MARK: Power

    /// The machine went off: of what wasn't synced a random part is on the device.
    func cutPower(_ random: inout RandomStream, bitRot: Double) {
        let newSize = survivingSize(&random)
        let count = Self.pageCount(newSize)
        let style = random.below(3)
        var kept: [DurablePage] = []
        for index in 0..<count {
            var bytes = durableBytes(index)
            if index < pages.count, pages[index].isDirty {
                let cached = pages[index].bytes
                switch style == 2 ? random.below(3) : style {
                case 0: break
                case 1: bytes = cached
                default:
                    for sector in 0..<Self.pageBytes / Self.sectorBytes where random.chance(0.5) {
                        let range = sector * Self.sectorBytes..<(sector + 1) * Self.sectorBytes
                        bytes.replaceSubrange(range, with: cached[range])
                    }
                }
            }
            let used = newSize - index * Self.pageBytes
            if used < Self.pageBytes { for position in used..<Self.pageBytes { bytes[position] = 0 } }
            kept.append(DurablePage(bytes: bytes, generation: 0))
        }
        durablePages = kept
        durableSize = newSize
        if attributes != durableAttributes, random.chance(0.5) { durableAttributes = attributes }
        if newSize > 0, random.chance(bitRot) { flipBit(at: random.below(newSize), bit: random.below(8)) }
        loadFromDevice()
    }

    private func survivingSize(_ random: inout RandomStream) -> Int {
        guard size != durableSize else { return size }
        let range = min(size, durableSize)...max(size, durableSize)
        return switch random.below(4) {
        case 0: durableSize
        case 1, 2: size
        // A file grows on the device as its pages are written; it shrinks at once.
        default: size > durableSize ? random.within(range) : durableSize
        }
    }

    private func durableBytes(_ index: Int) -> [UInt8] {
        guard index < durablePages.count else { return [UInt8](repeating: 0, count: Self.pageBytes) }
        return durablePages[index].bytes
    }

    private func flipBit(at position: Int, bit: Int) {
        durablePages[position / Self.pageBytes].bytes[position % Self.pageBytes] ^= 1 << UInt8(bit)
    }

    private func loadFromDevice() {
        size = durableSize
        sizeGeneration = 0
        durableSizeGeneration = 0
        attributes = durableAttributes
        attributesGeneration = 0
        durableAttributesGeneration = 0
        lockHolder = nil
        openCount = 0
        pages = durablePages.map { Page(bytes: $0.bytes, generation: 0, isDirty: false, isResident: false) }
    }

    /// Damage that both cache and device show.
    func rot(at position: Int, bit: Int) {
        guard position < size else { return }
        pages[position / Self.pageBytes].bytes[position % Self.pageBytes] ^= 1 << UInt8(bit)
        if position / Self.pageBytes < durablePages.count { flipBit(at: position, bit: bit) }
    }
}
