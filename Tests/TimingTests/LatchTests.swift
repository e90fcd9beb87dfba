import Testing
import Timing

@Suite("A latch")
struct LatchTests {
    @Test("lets everyone pass once it is open", .timeLimit(.minutes(5)))
    func opens() async {
        let latch = Latch()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { await latch.wait() } }
            latch.open()
        }
        await latch.wait()
        #expect(latch.isOpen)
    }

    @Test("lets go of a waiter that is cancelled", .timeLimit(.minutes(5)))
    func cancels() async {
        let latch = Latch()
        for _ in 0..<50 {
            let waiter = Task { await latch.wait() }
            await Task.yield()
            waiter.cancel()
            await waiter.value
        }
        #expect(!latch.isOpen)
    }
}
