/// Which neighbouring segments become one: as many as fit, so that a log that shrinks doesn't end as many tiny files.
package enum CleaningGroups {
    package struct Segment: Equatable {
        package var baseOffset: Int64
        package var bytes: Int
        package var indexBytes: Int
        package var timeIndexBytes: Int

        package init(baseOffset: Int64, bytes: Int, indexBytes: Int, timeIndexBytes: Int) {
            self.baseOffset = baseOffset
            self.bytes = bytes
            self.indexBytes = indexBytes
            self.timeIndexBytes = timeIndexBytes
        }
    }

    /// Ranges of `segments`, which are all that get rewritten, in order and without gaps.
    ///
    /// - Parameter endOffset: where the last of them ends.
    package static func ranges(_ segments: [Segment], endOffset: Int64, _ config: LogConfig) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var index = 0
        while index < segments.count {
            let first = index
            var bytes = segments[index].bytes
            var indexBytes = segments[index].indexBytes
            var timeIndexBytes = segments[index].timeIndexBytes
            index += 1
            while index < segments.count {
                let next = segments[index]
                let end = index + 1 < segments.count ? segments[index + 1].baseOffset : endOffset
                bytes += next.bytes
                indexBytes += next.indexBytes
                timeIndexBytes += next.timeIndexBytes
                guard bytes <= config.segmentBytes, indexBytes <= config.segmentIndexBytes,
                    timeIndexBytes <= config.segmentIndexBytes,
                    next.bytes == 0 || end - 1 - segments[first].baseOffset <= Limits.relativeOffset
                else { break }
                index += 1
            }
            ranges.append(first..<index)
        }
        return ranges
    }
}
