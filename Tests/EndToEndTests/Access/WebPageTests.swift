import Foundation
import Testing

/// A page of any site can have its reader's browser send requests to 127.0.0.1.
struct WebPageTests {
    @Test(
        "what a web page has a browser send moves no gate, runs nothing and deploys nothing",
        arguments: ["http://shop.test", "null"])
    func refuses(origin: String) async throws {
        let manifest = Manifest(port: try FreePort.next())
        try await RunningAviary.run(manifest) { aviary in
            try await aviary.reach("Initialized")
            let headers = ["Origin": origin, "Content-Type": "text/plain"]
            let file = "\(aviary.folder)/made"
            let command =
                #"{"name":"podinfo","namespace":"test","metadata":{"type":"bash","cmd":"touch \#(file)"}}"#
            var other = manifest
            other.version = "2.0.0"
            let canary = "/api/namespaces/test/canaries/podinfo"
            for (path, body) in [
                ("/", command), ("/gate/open", command), ("/rollback/open", command),
                ("/api/apply?folder=/tmp", try other.text()), ("\(canary)/pause", ""),
            ] {
                let answer = try await Web.post(try aviary.url(path), body, headers: headers)
                #expect(answer.status == 403 && answer.body.contains("Origin"), "\(path): \(answer)")
            }
            #expect(try await Web.delete(try aviary.url(canary), headers: headers).status == 403)
            #expect(!FileManager.default.fileExists(atPath: file))
            #expect(try await aviary.command(["gate", "list"]).output.contains("podinfo") == false)
            #expect(try await aviary.versions(of: manifest) == ["1.0.0"])
            let read = try await Web.get(try aviary.url("/api/canaries"), headers: headers)
            #expect(read.status == 200)
            #expect(try await Web.post(try aviary.url("/"), command).status == 200)
            #expect(FileManager.default.fileExists(atPath: file))
        }
    }
}
