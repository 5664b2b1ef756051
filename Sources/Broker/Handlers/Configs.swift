import Bytes
import KafkaProtocol
import Metadata

/// Settings of topics and brokers: DescribeConfigs (32), AlterConfigs (33), IncrementalAlterConfigs (44).
extension Handler {
    static var describeConfigs: Handler {
        .answering(DescribeConfigsRequest.self) { shard, request, _ in
            ConfigView(server: shard.node.configuration, image: shard.image).describe(request)
        }
    }

    static var alterConfigs: Handler {
        .answering(AlterConfigsRequest.self) { shard, request, _ in
            do throws(ControllerError) {
                return try await shard.controller.decide { (controller, _) throws(ControllerError) in
                    controller.alterConfigs(request)
                }
            } catch {
                return AlterConfigsResponse {
                    $0.responses = request.resources.map { resource in
                        AlterConfigsResponse.Resource {
                            $0.resourceType = resource.resourceType
                            $0.resourceName = resource.resourceName
                            $0.errorCode = error.error.code
                            $0.errorMessage = error.message
                        }
                    }
                }
            }
        }
    }

    static var incrementalAlterConfigs: Handler {
        .answering(IncrementalAlterConfigsRequest.self) { shard, request, _ in
            do throws(ControllerError) {
                return try await shard.controller.decide { (controller, _) throws(ControllerError) in
                    controller.incrementalAlterConfigs(request)
                }
            } catch {
                return IncrementalAlterConfigsResponse {
                    $0.responses = request.resources.map { resource in
                        IncrementalAlterConfigsResponse.Resource {
                            $0.resourceType = resource.resourceType
                            $0.resourceName = resource.resourceName
                            $0.errorCode = error.error.code
                            $0.errorMessage = error.message
                        }
                    }
                }
            }
        }
    }
}
