import Glibc

/// An error number of the operating system.
public struct Errno: Error, Hashable, Sendable {
    public let rawValue: Int32

    public init(rawValue: Int32) { self.rawValue = rawValue }

    /// The calling thread's last error.
    static var last: Errno { Errno(rawValue: errno) }

    public static let noEntry = Errno(rawValue: ENOENT)
    public static let exists = Errno(rawValue: EEXIST)
    public static let ioError = Errno(rawValue: EIO)
    public static let noSpace = Errno(rawValue: ENOSPC)
    public var isFull: Bool { self == .noSpace || self == .overQuota }
    public static let overQuota = Errno(rawValue: EDQUOT)
    public static let readOnly = Errno(rawValue: EROFS)
    public static let wouldBlock = Errno(rawValue: EAGAIN)
    public static let canceled = Errno(rawValue: ECANCELED)
    public static let connectionReset = Errno(rawValue: ECONNRESET)
    public static let connectionRefused = Errno(rawValue: ECONNREFUSED)
    public static let brokenPipe = Errno(rawValue: EPIPE)
    public static let noBuffers = Errno(rawValue: ENOBUFS)
    public static let badDescriptor = Errno(rawValue: EBADF)
    public static let invalid = Errno(rawValue: EINVAL)
    public static let timedOut = Errno(rawValue: ETIMEDOUT)
    public static let notDirectory = Errno(rawValue: ENOTDIR)
    public static let isDirectory = Errno(rawValue: EISDIR)
    public static let notEmpty = Errno(rawValue: ENOTEMPTY)
    public static let tooManyFiles = Errno(rawValue: EMFILE)
    public static let tooManyFilesInSystem = Errno(rawValue: ENFILE)
    public static let shutDown = Errno(rawValue: ESHUTDOWN)
    public static let addressInUse = Errno(rawValue: EADDRINUSE)
    public static let outOfMemory = Errno(rawValue: ENOMEM)
    public static let interrupted = Errno(rawValue: EINTR)
    public static let tooLarge = Errno(rawValue: EFBIG)
    public static let outOfRange = Errno(rawValue: ERANGE)
    public static let noData = Errno(rawValue: ENODATA)
    public static let notSupported = Errno(rawValue: ENOTSUP)
    public static let notPermitted = Errno(rawValue: EPERM)
    /// The file system keeps no extended attributes, has no room for them, or keeps them from this user.
    public var refusesAttributes: Bool {
        self == .notSupported || self == .notPermitted || isFull || rawValue == ENOSYS || rawValue == EACCES
            || rawValue == E2BIG
    }
}

extension Errno: CustomStringConvertible {
    /// The system's sentence and the number, like "No space left on device (errno 28)".
    public var description: String { "\(String(cString: strerror(rawValue))) (errno \(rawValue))" }
}
