/// What a stream of chance is for. Each purpose draws from its own, so that one more draw for one changes nothing for
/// the others.
package enum Purpose: UInt64, Sendable {
    case scheduling = 1
    case disk
    case network
    case clock
    case kernel
    case workload
}

/// Chance that a seed decides: xoshiro256**, its state filled by SplitMix64. The same on every machine.
package struct RandomStream: RandomNumberGenerator, Sendable {
    private var a: UInt64
    private var b: UInt64
    private var c: UInt64
    private var d: UInt64

    /// - Parameter number: tells streams of one purpose apart: a node's, a core's.
    package init(seed: UInt64, _ purpose: Purpose, number: UInt64 = 0) {
        var filler = seed ^ (purpose.rawValue &* 0xD6E8_FEB8_6659_FD93) ^ (number &* 0xA076_1D64_78BD_642F)
        func fill() -> UInt64 {
            filler &+= 0x9E37_79B9_7F4A_7C15
            var word = filler
            word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
            word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
            return word ^ (word >> 31)
        }
        a = fill()
        b = fill()
        c = fill()
        d = fill()
    }

    package mutating func next() -> UInt64 {
        let scrambled = b &* 5
        let result = (scrambled << 7 | scrambled >> 57) &* 9
        let shifted = b << 17
        c ^= a
        d ^= b
        b ^= c
        a ^= d
        c ^= shifted
        d = d << 45 | d >> 19
        return result
    }

    /// A number from 0 up to, not with, `bound`, which is positive.
    package mutating func below(_ bound: Int) -> Int {
        precondition(bound > 0)
        return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    package mutating func within(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + below(range.upperBound - range.lowerBound + 1)
    }

    /// True with `probability`; draws nothing when that is 0, so that a fault that is off changes no other choice.
    package mutating func chance(_ probability: Double) -> Bool {
        probability > 0 && Double(next() >> 11) * 0x1p-53 < probability
    }
}
