package import Bytes

/// What one record made different: enough for a core to look up the rest in the new image.
package enum ClusterChange: Equatable, Sendable {
    case broker(Int32)
    case controller(Int32)
    case topicCreated(name: String, id: UUID)
    case topicRemoved(name: String, id: UUID)
    /// A partition is new, or something about it is.
    case partition(topicID: UUID, index: Int32)
    /// A setting of the resource is new, different or gone.
    case config(ConfigResource, name: String)
    case feature(String)
    case producerIDs
    /// Users' credentials, tokens, ACLs.
    case security
    case clientQuotas
}
