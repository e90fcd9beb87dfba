import Controller
import Testing

@Suite("ControllerError")
struct ControllerErrorTests {
    @Test("says what is wrong in its own words")
    func words() {
        #expect("\(ControllerError.target("Deployment podinfo.test is missing"))".contains("podinfo.test"))
    }
}
