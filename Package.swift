// swift-tools-version: 6.3
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strict)
}

func shim(_ name: String, libraries: [String]) -> Target {
    .target(name: name, path: "CSources/\(name)", linkerSettings: libraries.map { .linkedLibrary($0) })
}

let package = Package(
    name: "moldau",
    products: [
        .library(name: "Bytes", targets: ["Bytes"]),
        .library(name: "Records", targets: ["Records"]),
        .library(name: "KafkaProtocol", targets: ["KafkaProtocol"]),
        .library(name: "Reactor", targets: ["Reactor"]),
        .library(name: "LogEngine", targets: ["LogEngine"]),
        .library(name: "KafkaClient", targets: ["KafkaClient"]),
        .executable(name: "moldau", targets: ["moldau"]),
    ],
    targets: [
        // Floor 0: only what Swift can't call directly.
        shim("CUring", libraries: ["uring"]),
        shim("CNuma", libraries: ["numa"]),
        shim("CChecksum", libraries: ["isal"]),
        shim("CRuntime", libraries: []),
        shim("CCompression", libraries: ["z", "snappy", "lz4", "zstd"]),
        // Floor 1
        module("Bytes", ["CChecksum"]),
        // Floor 2: the machine, the batches, the messages
        module("Reactor", ["Bytes", "CUring", "CNuma"]),
        module("Records", ["Bytes", "CCompression"]),
        module("KafkaProtocol", ["Bytes"]),
        // Floor 3
        module("LogEngine", ["Bytes", "Records", "Reactor"]),
        module("KafkaClient", ["Bytes", "Records", "KafkaProtocol", "Reactor"]),
        module("Metadata", ["Bytes", "Records", "KafkaProtocol"]),
        module("Coordination", ["Bytes", "Records", "KafkaProtocol"]),
        // Floor 4
        module(
            "Broker",
            ["Bytes", "Reactor", "Records", "KafkaProtocol", "LogEngine", "Metadata", "Coordination"]),
        // Floor 5
        module("Simulation", ["Bytes", "Reactor", "CUring", "CRuntime"]),
        module(
            "Rehearsal",
            ["Bytes", "Reactor", "Records", "KafkaProtocol", "LogEngine", "Metadata", "Broker", "Simulation"]),
        module(
            "Tools",
            [
                "Bytes", "Reactor", "Records", "KafkaProtocol", "Metadata", "KafkaClient", "Broker", "Rehearsal",
                "Simulation",
            ]),
        .executableTarget(name: "moldau", dependencies: ["Tools"], swiftSettings: strict),
        // Tests
        tests("BytesTests", ["Bytes"]),
        tests("ReactorTests", ["Reactor", "Bytes", "Simulation", "CUring"]),
        tests("RecordsTests", ["Records", "Bytes"], exclude: ["Vectors"]),
        tests("KafkaProtocolTests", ["KafkaProtocol", "Bytes"], exclude: ["Vectors", "Schemas"]),
        tests("LogEngineTests", ["LogEngine", "Records", "Reactor", "Bytes", "Simulation"], exclude: ["Golden"]),
        tests("KafkaClientTests", ["KafkaClient", "KafkaProtocol", "Records", "Reactor", "Bytes", "Simulation"]),
        tests("MetadataTests", ["Metadata", "KafkaProtocol", "Records", "Bytes"], exclude: ["Golden"]),
        tests("CoordinationTests", ["Coordination", "KafkaProtocol", "Records", "Bytes"]),
        tests(
            "BrokerTests",
            [
                "Broker", "Reactor", "LogEngine", "KafkaProtocol", "Records", "Metadata", "Coordination", "Bytes",
                "Simulation",
            ]),
        tests("SimulationTests", ["Simulation", "Reactor", "Bytes"]),
        tests("RehearsalTests", ["Rehearsal", "Simulation"]),
        tests(
            "ToolsTests",
            ["Tools", "KafkaClient", "KafkaProtocol", "Metadata", "Records", "Reactor", "Simulation", "Bytes"],
            exclude: ["Golden"]),
        tests("Tidy", []),
    ]
)
