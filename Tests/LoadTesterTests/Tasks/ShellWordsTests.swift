import LoadTester
import Testing

@Suite("Shell words")
struct ShellWordsTests {
    @Test(
        "splits as a shell does",
        arguments: [
            ("", []), ("  \t ", []), ("test podinfo -n test", ["test", "podinfo", "-n", "test"]),
            ("list --template '{{ .Version }}'", ["list", "--template", "{{ .Version }}"]),
            (#"a "b c" d"#, ["a", "b c", "d"]), (#"a'b'"c"d"#, ["abcd"]), ("'' \"\"", ["", ""]),
            (#"a\ b \"c"#, ["a b", "\"c"]), (#"'a\b'"#, [#"a\b"#]), (#""a\"b\\c\d""#, [#"a"b\c\d"#]),
            (#"$HOME *.txt ~ ; | &"#, ["$HOME", "*.txt", "~", ";", "|", "&"]),
            ("a\\\nb", ["ab"]), ("é'ü ñ'", ["éü ñ"]),
            (
                #"run t --overrides='{ "spec": { "a": "b:c" } }'"#,
                ["run", "t", #"--overrides={ "spec": { "a": "b:c" } }"#]
            ),
        ] as [(String, [String])])
    func splits(_ line: String, _ words: [String]) throws {
        #expect(try ShellWords.split(line, field: "cmd") == words)
    }

    @Test("refuses what a shell would wait for", arguments: ["a 'b", #"a "b"#, #"a \"#, #""a\"#, #"'a"b"#])
    func refuses(_ line: String) {
        #expect {
            try ShellWords.split(line, field: "metadata.cmd")
        } throws: {
            "\($0)".hasPrefix("metadata.cmd ")
        }
    }
}
