import Foundation
import GRPC
import Testing

struct ProtoFileTests {
    private func schema(_ files: [String: String], _ main: String, folders: [String] = []) throws -> Schema {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in files {
            let file = folder.appending(path: name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        return try ProtoFiles.schema(
            folder.appending(path: main).path, importPaths: folders.map { folder.appending(path: $0).path })
    }

    @Test(
        "names file and line of a mistake, and what belongs there",
        arguments: [
            ("syntax = \"proto3\";\nmessage A {\n  string a = ;\n}", 3, "a field number"),
            ("syntax = \"proto9\";", 1, "\"proto2\" or \"proto3\""),
            ("message A {\n  string a = 1;", 2, "the end of the file"),
            ("/* no end\n\n", 1, "*/"), ("message A { string a = 0; }", 1, "from 1 to 536870911"),
            ("message A {\n\n map<double, string> m = 1; }", 3, "cannot be double"),
            ("message A { optional group G = 1 {} }", 1, "groups are not supported"),
            ("import \"x\nmessage A {}", 1, "close it"), ("massage A {}", 1, "message, enum"),
            ("service S { rpc M(A) return (A); }", 1, "returns"),
            (String(repeating: "message A {", count: 200), 1, "deeper than 64"),
        ])
    func mistakes(source: String, line: Int, words: String) {
        let error = #expect(throws: GRPCError.self) { try schema(["a.proto": source], "a.proto") }
        #expect(error?.description.contains("a.proto:\(line): ") == true, "\(String(describing: error))")
        #expect(error?.description.contains(words) == true, "\(String(describing: error))")
    }

    @Test(
        "looks for imports in the given folders and beside the file, and does without those it doesn't need")
    func imports() throws {
        let files = [
            "main.proto": """
            syntax = "proto3"; package m;
            import "other/a.proto"; import "beside.proto"; import "google/api/annotations.proto";
            service S { rpc M(other.A) returns (Beside) { option (google.api.http) = { get: "/x" }; } }
            """,
            "inc/other/a.proto": "syntax = \"proto3\"; package m.other; message A { A a = 1; }",
            "beside.proto": "syntax = \"proto3\"; package m; message Beside {}",
        ]
        let schema = try schema(files, "main.proto", folders: ["inc"])
        #expect(try schema.method(MethodName("m.S/M")).input == "m.other.A")
        let error = #expect(throws: GRPCError.self) { try self.schema(files, "main.proto") }
        #expect(error?.description.contains("other/a.proto") == true)
        #expect(error?.description.contains("--import-paths") == true)
    }

    @Test("tells which services and methods there are when one is not")
    func methods() throws {
        let schema = try ProtoFiles.schema(PythonPeer.folder + "/shop.proto")
        #expect(throws: GRPCError.method("there is no service a.B; there is aviary.shop.Shop")) {
            try schema.method(MethodName("a.B/C"))
        }
        #expect(
            throws: GRPCError.method(
                "service aviary.shop.Shop has no method Pace; it has Place, Follow, Count")
        ) { try schema.method(MethodName("aviary.shop.Shop.Pace")) }
        #expect(try !schema.method(MethodName(".aviary.shop.Shop/Follow")).isUnary)
    }

    @Test(
        "reads no method from less than a service and a method",
        arguments: ["", "a", "/", "a/", "a/b/c", "."])
    func badNames(text: String) {
        #expect(throws: GRPCError.self) { try MethodName(text) }
    }

    @Test("refuses a file that is not there, or no protoset")
    func missing() {
        #expect(throws: GRPCError.self) { try ProtoFiles.schema("/nonexistent.proto") }
        #expect(throws: GRPCError.self) { try Protoset.schema(#filePath) }
    }
}
