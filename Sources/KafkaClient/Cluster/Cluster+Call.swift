package import KafkaProtocol
import Reactor

extension Cluster {
    /// Does `body` until it succeeds, fails for good, or the time for API calls is over; pauses in between.
    /// - Parameter call: Kafka's name for it, for the sentence about a time-out.
    package nonisolated func retrying<Result>(
        _ call: String, timeoutMilliseconds: Int64? = nil, _ body: () async throws(ClientError) -> Result
    ) async throws(ClientError) -> Result {
        let timeout = timeoutMilliseconds ?? configuration.defaultAPITimeoutMilliseconds
        var backoff = Backoff(core, configuration, deadline: core.now().adding(milliseconds: timeout))
        while true {
            do { return try await body() } catch {
                guard error.isRetriable else { throw error }
                if await backoff.wait() { continue }
                if case .kafka = error { throw error }
                throw .timedOut("Timed out waiting for a node assignment. Call: \(call)")
            }
        }
    }

    /// Asks any broker.
    package nonisolated func ask<Request: KafkaRequest>(
        _ request: Request, call: String, versions: ClosedRange<Int16> = Request.versions
    ) async throws(ClientError) -> Request.Response {
        try await retrying(call) { () async throws(ClientError) -> Request.Response in
            try await self.anyConnection().request(request, versions: versions)
        }
    }

    /// Asks the broker with that id.
    package nonisolated func ask<Request: KafkaRequest>(
        _ request: Request, node: Int32, call: String, versions: ClosedRange<Int16> = Request.versions
    ) async throws(ClientError) -> Request.Response {
        try await retrying(call) { () async throws(ClientError) -> Request.Response in
            if try await self.connection(to: node) == nil { try await self.fetchMetadata([]) }
            guard let connection = try await self.connection(to: node) else {
                throw ClientError(.brokerNotAvailable)
            }
            return try await connection.request(request, versions: versions)
        }
    }

    /// Asks the coordinator of `group`; `errorCode` finds the error in the answer that says that it has moved.
    package nonisolated func ask<Request: KafkaRequest>(
        _ request: Request, coordinatorOf group: String, call: String,
        versions: ClosedRange<Int16> = Request.versions, errorCode: (Request.Response) -> Int16
    ) async throws(ClientError) -> Request.Response {
        try await retrying(call) { () async throws(ClientError) -> Request.Response in
            do throws(ClientError) {
                let response = try await self.coordinator(ofGroup: group).request(request, versions: versions)
                switch KafkaError(code: errorCode(response)) {
                case .notCoordinator, .coordinatorNotAvailable, .coordinatorLoadInProgress:
                    throw ClientError(KafkaError(code: errorCode(response)))
                default: return response
                }
            } catch {
                await self.forgetCoordinator(ofGroup: group)
                throw error
            }
        }
    }
}
