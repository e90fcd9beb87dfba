import Foundation
import JSON
import KubernetesClient
import KubernetesTesting
import Testing

/// Against a real API server.
@Suite("The client, on a real API server")
struct VerbTests {
    @Test("creates, reads, replaces, patches and deletes an object")
    func life() async throws {
        try await TestControlPlane.shared.withClient { client in
            let namespace = try await client.makeNamespace()
            let reference = ObjectReference(TestKinds.configMap, namespace: namespace, name: "settings")
            #expect(try await client.get(reference) == nil)

            let created = try await client.create(
                .configMap("settings", in: namespace, value: "1"), as: TestKinds.configMap)
            #expect(created.uid != nil)
            await #expect(throws: KubernetesError.self) {
                try await client.create(.configMap("settings", in: namespace), as: TestKinds.configMap)
            }

            let patched = try await client.patch(
                reference, with: .merge(.object(["data": .object(["value": .string("2")])])), subresource: nil
            )
            #expect(patched.json["data"]?["value"]?.string == "2")

            // What was read before the patch is old now.
            let error = await #expect(throws: KubernetesError.self) {
                try await client.replace(created, as: TestKinds.configMap)
            }
            guard case .conflict(let text)? = error else {
                throw error ?? KubernetesError.invalid("no error")
            }
            #expect(text.contains("replace ConfigMap settings.\(namespace)"))

            _ = try await client.replace(patched, as: TestKinds.configMap)
            try await client.delete(reference)
            try await client.delete(reference)
            #expect(try await client.get(reference) == nil)
        }
    }

    @Test("applies under a field manager, and tells conflicts with other managers")
    func apply() async throws {
        try await TestControlPlane.shared.withClient { client in
            let namespace = try await client.makeNamespace()
            let reference = ObjectReference(TestKinds.configMap, namespace: namespace, name: "applied")
            let ours = KubernetesObject.configMap("applied", in: namespace, value: "ours").json
            let theirs = KubernetesObject.configMap("applied", in: namespace, value: "theirs").json
            _ = try await client.patch(
                reference, with: .apply(ours, manager: "aviary", force: false), subresource: nil)
            let error = await #expect(throws: KubernetesError.self) {
                try await client.patch(
                    reference, with: .apply(theirs, manager: "other", force: false), subresource: nil)
            }
            #expect("\(error.map { "\($0)" } ?? "")".contains("conflict"))
            let forced = try await client.patch(
                reference, with: .apply(theirs, manager: "other", force: true), subresource: nil)
            #expect(forced.json["data"]?["value"]?.string == "theirs")
        }
    }

    @Test("tests a value before it changes it, with JSON patch operations")
    func operations() async throws {
        try await TestControlPlane.shared.withClient { client in
            let namespace = try await client.makeNamespace()
            let reference = ObjectReference(TestKinds.configMap, namespace: namespace, name: "tested")
            _ = try await client.create(
                .configMap("tested", in: namespace, value: "a"), as: TestKinds.configMap)
            let change = { (expected: String) -> Patch in
                .operations(
                    .array([
                        .object([
                            "op": .string("test"), "path": .string("/data/value"), "value": .string(expected),
                        ]),
                        .object([
                            "op": .string("replace"), "path": .string("/data/value"), "value": .string("b"),
                        ]),
                    ]))
            }
            let error = await #expect(throws: KubernetesError.self) {
                try await client.patch(reference, with: change("z"), subresource: nil)
            }
            guard case .invalid? = error else { throw error ?? KubernetesError.invalid("no error") }
            let patched = try await client.patch(reference, with: change("a"), subresource: nil)
            #expect(patched.json["data"]?["value"]?.string == "b")
        }
    }

    @Test("deletes only the object that it means")
    func preconditions() async throws {
        try await TestControlPlane.shared.withClient { client in
            let namespace = try await client.makeNamespace()
            let reference = ObjectReference(TestKinds.configMap, namespace: namespace, name: "kept")
            let object = try await client.create(.configMap("kept", in: namespace), as: TestKinds.configMap)
            let error = await #expect(throws: KubernetesError.self) {
                try await client.delete(reference, options: DeletionOptions(uid: "another"))
            }
            guard case .conflict? = error else { throw error ?? KubernetesError.invalid("no error") }
            try await client.delete(
                reference, options: DeletionOptions(propagation: .background, uid: object.uid))
            #expect(try await client.get(reference) == nil)
        }
    }

    @Test("reads and changes status and scale by themselves")
    func subresources() async throws {
        let deployments = ResourceType(
            group: "apps", version: "v1", kind: "Deployment", plural: "deployments")
        try await TestControlPlane.shared.withClient { client in
            let namespace = try await client.makeNamespace()
            let reference = ObjectReference(deployments, namespace: namespace, name: "web")
            let manifest = try JSONValue(
                parsing: """
                    {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"\(namespace)"},
                    "spec":{"replicas":0,"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},
                    "spec":{"containers":[{"name":"web","image":"web:1"}]}}}}
                    """)
            _ = try await client.create(KubernetesObject(json: manifest), as: deployments)
            let scaled = try await client.patch(
                reference, with: .merge(.object(["spec": .object(["replicas": .integer(2)])])),
                subresource: "scale")
            #expect(scaled.json["kind"]?.string == "Scale")
            #expect(
                try await client.get(reference, subresource: "scale")?.json["spec"]?["replicas"]
                    == .integer(2))
            let condition = try JSONValue(
                parsing:
                    #"{"status":{"conditions":[{"type":"Tested","status":"True"}]},"spec":{"replicas":9}}"#)
            _ = try await client.patch(reference, with: .merge(condition), subresource: "status")
            let read = try #require(try await client.get(reference))
            #expect(read.json["spec"]?["replicas"] == .integer(2))
        }
    }

    @Test("reads a long list page by page, all of one version")
    func pagination() async throws {
        try await TestControlPlane.shared.withClient { client in
            let namespace = try await client.makeNamespace()
            for number in 0..<25 {
                _ = try await client.create(
                    .configMap("item-\(number)", in: namespace, labels: ["odd": "\(number % 2)"]),
                    as: TestKinds.configMap)
            }
            var names: Set<String> = []
            var pages = 0
            var token: String?
            repeat {
                var items: [String] = []
                let page = try await client.page(
                    of: TestKinds.configMap, in: namespace, matching: Selector(labels: "odd"), limit: 10,
                    after: token
                ) { items.append($0.name) }
                #expect(items.count <= 10)
                names.formUnion(items)
                token = page.next
                pages += 1
            } while token != nil && pages < 10
            #expect(pages == 3)
            #expect(names.count == 25)
            let odd = try await client.list(
                TestKinds.configMap, in: namespace, matching: Selector(labels: "odd=1"))
            #expect(odd.items.count == 12)
            #expect(odd.items.first?.json["kind"]?.string == "ConfigMap")
        }
    }

    @Test("tells which field the server refuses, and why")
    func invalid() async throws {
        try await TestControlPlane.shared.withClient { client in
            let namespace = try await client.makeNamespace()
            let error = await #expect(throws: KubernetesError.self) {
                try await client.create(.configMap("Bad_Name", in: namespace), as: TestKinds.configMap)
            }
            guard case .invalid(let text)? = error else { throw error ?? KubernetesError.invalid("no error") }
            #expect(text.contains("metadata.name"))
            #expect(text.contains("create ConfigMap Bad_Name"))
        }
    }

    @Test("finds out what the server has")
    func discovery() async throws {
        try await TestControlPlane.shared.withClient { client in
            #expect(try await client.serverVersion().hasPrefix("v1."))
            #expect(try await client.versions(ofGroup: "apps") == ["v1"])
            #expect(try await client.versions(ofGroup: "") == ["v1"])
            #expect(try await client.versions(ofGroup: "gone.example") == [])
            #expect(try await client.resources(of: "gone.example/v1") == nil)
            #expect(try await client.resources(of: "v1")?.contains(TestKinds.configMap) == true)
            let scalers = ["v2", "v2beta2", "v1"].map {
                ResourceType(
                    group: "autoscaling", version: $0, kind: "HorizontalPodAutoscaler",
                    plural: "horizontalpodautoscalers")
            }
            let versions = try await client.versions(ofGroup: "autoscaling")
            let expected = scalers.first { versions.contains($0.version) }
            #expect(try await client.first(of: scalers) == expected)
        }
    }
}
