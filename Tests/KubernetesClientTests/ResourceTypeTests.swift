import KubernetesClient
import Testing

@Suite("ResourceType")
struct ResourceTypeTests {
    @Test("names the core group by its version alone")
    func coreGroup() {
        let pods = ResourceType(group: "", version: "v1", kind: "Pod", plural: "pods")
        #expect(pods.apiVersion == "v1")
        #expect(pods.description == "pods")
    }
}
