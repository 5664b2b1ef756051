/// What has to be done with a partition's directory before its log can be used, decided from nothing but the names in
/// it and what was known before the stop.
///
/// In two steps, because a replacement that was interrupted is finished first: ``Temporaries``, then the plan over the
/// names that are left.
package struct RecoveryPlan: Equatable {
    /// Files of deletions and replacements that a stop interrupted.
    package struct Temporaries: Equatable {
        /// Of a replacement that never came to count: to be unlinked, durably and before all others, because it is
        /// those that tell so.
        package var staleSwaps: [String] = []
        /// To be unlinked next.
        package var removals: [String] = []
        /// Files that take their final name, once the ordinary segments that they replace are unlinked.
        package var swaps: [SegmentFileName] = []

        /// - Parameter names: all names in the directory.
        package init(names: [String]) {
            let files = names.compactMap { SegmentFileName($0) }
            let smallestCleaned = files.filter { $0.temporary == .cleaned }.map(\.baseOffset).min() ?? .max
            for file in files {
                switch file.temporary {
                case .deleted, .cleaned: removals.append(file.text)
                // A split or a compaction that was not finished leaves .cleaned files at or below its .swap files.
                case .swap where file.baseOffset >= smallestCleaned: staleSwaps.append(file.text)
                case .swap: swaps.append(file)
                case nil: break
                }
            }
        }

        /// The ordinary files that the swapped segments stand for.
        ///
        /// - Parameter swapEndOffset: the offset after the last batch of the last swapped segment.
        package func replaced(names: [String], swapEndOffset: Int64) -> [String] {
            guard let first = swaps.map(\.baseOffset).min() else { return [] }
            return names.filter { name in
                guard let file = SegmentFileName(name), file.temporary == nil, file.kind != .snapshot else {
                    return false
                }
                return file.baseOffset >= first && file.baseOffset < swapEndOffset
            }
        }
    }

    package struct Segment: Equatable {
        package var baseOffset: Int64
        /// Walk its batches, check them, and rebuild all that is derived from them.
        package var isRecovered: Bool
        package var hasTransactionIndex: Bool
    }

    /// Index files without a log.
    package var removals: [String] = []
    /// By ascending base offset.
    package var segments: [Segment] = []
    /// Offsets of the producer snapshots, ascending.
    package var snapshots: [Int64] = []

    /// - Parameters:
    ///   - names: what is in the directory after ``Temporaries`` were dealt with.
    ///   - wasClean: the node closed this log before it stopped.
    ///   - recoveryPoint: everything below was synced.
    package init(names: [String], wasClean: Bool, recoveryPoint: Int64) {
        let files = names.compactMap { SegmentFileName($0) }.filter { $0.temporary == nil }
        let present = Set(files)
        let bases = files.filter { $0.kind == .log }.map(\.baseOffset).sorted()
        // The segment that contains the recovery point is the last that begins at or below it.
        let firstUnflushed = bases.last { $0 <= recoveryPoint } ?? .min
        for base in bases {
            segments.append(
                Segment(
                    baseOffset: base, isRecovered: !wasClean && base >= firstUnflushed,
                    hasTransactionIndex: present.contains(SegmentFileName(base, .txnindex))))
        }
        for file in files where [.index, .timeindex, .txnindex].contains(file.kind) {
            if !present.contains(SegmentFileName(file.baseOffset, .log)) { removals.append(file.text) }
        }
        snapshots = files.filter { $0.kind == .snapshot }.map(\.baseOffset).sorted()
    }

    /// The snapshots that nobody needs: those that belong to no segment, but for the newest at the log's end.
    package static func uselessSnapshots(
        _ snapshots: [Int64], bases: [Int64], logEndOffset: Int64
    ) -> [Int64] {
        let bases = Set(bases)
        return snapshots.filter { !bases.contains($0) && $0 != logEndOffset }
    }
}
