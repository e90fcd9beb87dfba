import Controller
import Testing

@Suite("ControllerError")
struct ControllerErrorTests {
    @Test("names the owner of an object that is not the canary's")
    func foreign() {
        let error = ControllerError.foreign("HTTPRoute podinfo.test", owner: "Canary other")
        #expect("\(error)".contains("HTTPRoute podinfo.test belongs to Canary other"))
    }
}
