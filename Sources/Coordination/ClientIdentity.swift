/// Who sends a request, as group descriptions show it.
package struct ClientIdentity: Equatable, Sendable {
    /// The header's client id, empty when it had none.
    package var id: String
    /// The address as Kafka's groups show it, with a slash in front: `/127.0.0.1`.
    package var host: String

    package init(id: String, host: String) {
        self.id = id
        self.host = host
    }
}
