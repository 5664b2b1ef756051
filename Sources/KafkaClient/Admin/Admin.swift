public import KafkaProtocol
public import Reactor

/// What an administrator asks of a cluster. Retries what may pass until default.api.timeout.ms is over.
public struct Admin: Sendable {
    public let cluster: Cluster

    public init(_ cluster: Cluster) { self.cluster = cluster }

    public init(_ configuration: ClientConfiguration, core: Core) {
        cluster = Cluster(configuration, core: core)
    }

    public func close() async { await cluster.close() }

    /// How long brokers may work on a request, in milliseconds.
    var requestTimeout: Int32 { Int32(clamping: cluster.configuration.requestTimeoutMilliseconds) }

    /// What DescribeCluster tells.
    public struct ClusterDescription: Sendable {
        public let clusterID: String
        public let controllerID: Int32
        public let nodes: [Node]
    }

    public func describeCluster(includingFenced: Bool = false) async throws(ClientError) -> ClusterDescription {
        var request = DescribeClusterRequest()
        request.includeFencedBrokers = includingFenced
        let response = try await cluster.ask(request, call: "listNodes")
        if let error = ClientError(code: response.errorCode, response.errorMessage) { throw error }
        let nodes = response.brokers.map { broker in
            Node(
                id: broker.brokerID, address: HostAndPort(host: broker.host, port: UInt16(clamping: broker.port)),
                rack: broker.rack, isFenced: broker.isFenced)
        }
        return ClusterDescription(
            clusterID: response.clusterID, controllerID: response.controllerID,
            nodes: nodes.sorted { $0.id < $1.id })
    }

    /// Any request, to any broker: for what has no method of its own here.
    public func ask<Request: KafkaRequest>(_ request: Request) async throws(ClientError) -> Request.Response {
        try await cluster.ask(request, call: Request.name)
    }

    /// Any request, to the broker with that id.
    public func ask<Request: KafkaRequest>(
        _ request: Request, node: Int32
    ) async throws(ClientError) -> Request.Response {
        try await cluster.ask(request, node: node, call: Request.name)
    }

    /// Any request, to a group's coordinator; `errorCode` finds the answer's error.
    public func ask<Request: KafkaRequest>(
        _ request: Request, coordinatorOf group: String, errorCode: (Request.Response) -> Int16
    ) async throws(ClientError) -> Request.Response {
        try await cluster.ask(request, coordinatorOf: group, call: Request.name, errorCode: errorCode)
    }
}
