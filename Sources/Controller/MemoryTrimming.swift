import CProcess

/// Gives back now and then what is resident without being used: free pages of the heap that lie between used ones, left over
/// from many rollouts at once, and pages of the program that only its start has needed. A controller is at rest most of
/// the time.
enum MemoryTrimming {
    static let interval = Duration.seconds(20)

    /// Works until the task is cancelled.
    static func run() async {
        while (try? await Task.sleep(for: interval)) != nil {
            aviary_trim_heap()
            aviary_unmap_idle_program()
        }
    }
}
