import FlaggerAPI
import Testing

@Suite struct QueryTemplateTests {
    private var values: QueryVariables {
        var values = QueryVariables()
        (values.name, values.namespace, values.target) = ("podinfo", "test", "app")
        (values.service, values.ingress, values.route) = ("web", "edge", "path")
        values.interval = "1m"
        values.variables = ["direction": "in", "my-key": "dashed"]
        return values
    }

    @Test(
        "fills in variables as Go's templates do",
        arguments: [
            ("{{ name }}.{{namespace}}", "podinfo.test"),
            ("{{ target }} {{ service }} {{ ingress }} {{ route }} {{ interval }}", "app web edge path 1m"),
            ("{{ variables.direction }}", "in"), (#"{{ index variables "my-key" }}"#, "dashed"),
            ("a  {{- name -}}  b", "apodinfob"), ("a{{/* why */}}b", "ab"), (#"{{ "{{" }}"#, "{{"),
            (#"{{ " a b " }}"#, " a b "), ("{ name } {}} {", "{ name } {}} {"), ("", ""),
            (#"x{a=~"{{ target }}-[0-9a-zA-Z]+"}[{{ interval }}]"#, #"x{a=~"app-[0-9a-zA-Z]+"}[1m]"#),
        ])
    func render(template: String, expected: String) throws {
        #expect(try QueryTemplate(template).render(values) == expected)
    }

    @Test(
        "refuses what it would not fill in",
        arguments: [
            ("{{ nane }}", "unknown variable `{{ nane }}`"),
            ("{{ .Name }}", "unknown variable `{{ .Name }}`"),
            ("{{ if name }}x{{ end }}", "unknown variable `{{ if name }}`"),
            ("{{ name | upper }}", "unknown variable `{{ name | upper }}`"),
            ("{{ variables }}", "unknown variable `{{ variables }}`"), ("{{ }}", "unknown variable `{{  }}`"),
            ("a {{ name", "`{{` is not closed:  name"),
        ])
    func refuse(template: String, problem: String) {
        #expect(throws: QueryTemplateError.self) { try QueryTemplate(template) }
        do { _ = try QueryTemplate(template) } catch { #expect("\(error)" == problem) }
    }

    @Test("a variable without a value is an error, not an empty text")
    func missing() throws {
        let template = try QueryTemplate("{{ variables.other }}{{ variables.direction }}")
        #expect(template.variables == ["other", "direction"])
        #expect(throws: QueryTemplateError.missing("other")) { try template.render(values) }
    }
}
