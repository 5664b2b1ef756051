// swift-tools-version: 6.3
import PackageDescription

// A package of its own, so that nothing here slows a build of the broker, and so that it sees what a stranger sees: the
// public interface.
let package = Package(
    name: "micro",
    dependencies: [.package(name: "moldau", path: "../..")],
    targets: [
        .executableTarget(
            name: "Micro",
            dependencies: ["Bytes", "Records", "KafkaProtocol", "Reactor", "LogEngine"].map {
                .product(name: $0, package: "moldau")
            },
            swiftSettings: [
                .swiftLanguageMode(.v6),
                .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("InternalImportsByDefault"),
                .enableUpcomingFeature("MemberImportVisibility"),
            ])
    ]
)
