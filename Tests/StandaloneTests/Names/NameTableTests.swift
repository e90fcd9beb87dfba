import Testing

@testable import Standalone

@Suite("Names that resolve inside Aviary")
struct NameTableTests {
    private let canary = CanaryKey(namespace: "test", name: "podinfo")

    @Test("tells the URLs of a canary whose service has another name")
    func renamedService() {
        let names = NameTable()
        names.publish("shop.test", port: 1000, as: .apex, of: canary)
        names.publish("shop-canary.test", port: 1001, as: .canary, of: canary)
        #expect(
            names.urls(of: canary) == [.apex: "http://127.0.0.1:1000", .canary: "http://127.0.0.1:1001"])
        names.withdraw(["shop.test", "shop-canary.test"], of: canary)
        #expect(names.urls(of: canary).isEmpty)
        #expect(names.resolve("shop.test", 80) == nil)
    }

    @Test(
        "resolves to the address that is bound, and to loopback when all of them are",
        arguments: [("10.0.0.5", "10.0.0.5"), ("0.0.0.0", "127.0.0.1"), ("::", "::1"), ("::1", "::1")])
    func boundAddress(bound: String, reached: String) {
        let names = NameTable()
        names.publish("podinfo.test", host: bound, port: 1000, as: .apex, of: canary)
        names.publishTester(host: bound, port: 1001)
        for host in ["podinfo.test", "PODINFO.test.svc.cluster.local"] {
            #expect(names.resolve(host, 9898)?.host == reached)
        }
        #expect(names.resolve("flagger-loadtester.test", 80)?.host == reached)
        let authority = reached.contains(":") ? "[\(reached)]:1000" : "\(reached):1000"
        #expect(names.urls(of: canary)[.apex] == "http://\(authority)")
        #expect(names.hostMap().contains("podinfo.test=\(authority)"))
    }
}
