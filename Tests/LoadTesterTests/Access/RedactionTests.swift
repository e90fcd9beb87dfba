import Testing

@testable import LoadTester

@Suite("Redaction")
struct RedactionTests {
    @Test(
        "takes out what looks like a secret, and leaves the rest",
        arguments: [
            ("hey http://ann:pw@host:80/x?y=1", "hey http://***@host:80/x?y=1"),
            ("curl https://ghp_abc@git.test/a@b", "curl https://***@git.test/a@b"),
            (
                "hey -H 'Authorization: Bearer abc.def' http://x",
                "hey -H 'Authorization: Bearer ***' http://x"
            ),
            ("hey -H \"authorization: rawkey\" http://x", "hey -H \"authorization: ***\" http://x"),
            ("hey -a ann:pw http://x", "hey -a ann:*** http://x"), ("curl -u ann:pw x", "curl -u ann:*** x"),
            ("helm test --password pw -n test", "helm test --password *** -n test"),
            ("kubectl --token=abc get pods", "kubectl --token=*** get pods"),
            ("DB_PASSWORD=pw run", "DB_PASSWORD=*** run"),
            ("{\"apiKey\": \"abc\", \"a\": 1}", "{\"apiKey\": \"***\", \"a\": 1}"),
            ("X-Api-Key: abc", "X-Api-Key: ***"), ("sent Basic YWRtaW46c2VjcmV0", "sent Basic ***"),
            ("the token was refused", "the token was refused"),
            (
                "hey -z 1m -q 10 -c 2 http://podinfo.test:9898/",
                "hey -z 1m -q 10 -c 2 http://podinfo.test:9898/"
            ),
            ("mail ann@host.test", "mail ann@host.test"), ("", ""),
        ])
    func redacts(_ text: String, _ expected: String) {
        #expect(Redaction.redacted(text) == expected)
    }

    @Test(
        "takes bounded time for a whole output of what its rules like",
        arguments: ["x", "-", "token", "://", "password=", "a:b@", "-a ", "authorization", "bearer ", " "])
    func linear(_ part: String) {
        let text = String(repeating: part, count: 65_536 / part.utf8.count)
        let begin = ContinuousClock.now
        _ = Redaction.redacted(text)
        #expect(ContinuousClock.now - begin < .seconds(5))
    }
}
