import CProcess

/// Gives back what is resident without being used: free pages of the heap that lie between used ones, left over from many
/// rollouts at once, now and then; and once, when all is set up, pages of the program that only its start has needed. A
/// controller is at rest most of the time.
enum MemoryTrimming {
    static let interval = Duration.seconds(20)
    /// A start is over after so many intervals.
    static let startIntervals = 3

    /// Works until the task is cancelled.
    static func run() async {
        var intervals = 0
        while (try? await Task.sleep(for: interval)) != nil {
            aviary_trim_heap()
            intervals += 1
            if intervals == startIntervals { aviary_unmap_idle_program() }
        }
    }
}
