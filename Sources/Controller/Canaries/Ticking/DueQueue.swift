/// Who is due when; the earliest comes first. One time each, and a newer one replaces it.
struct DueQueue<Element: Hashable> {
    private struct Place {
        var time: Duration
        var element: Element
    }

    /// A binary heap; may hold times that were replaced meanwhile.
    private var heap: [Place] = []
    private var times: [Element: Duration] = [:]

    /// How many are waited for.
    var count: Int { times.count }

    /// The earliest time.
    var next: Duration? {
        mutating get {
            dropReplaced()
            return heap.first?.time
        }
    }

    mutating func set(_ element: Element, at time: Duration) {
        guard times[element] != time else { return }
        times[element] = time
        if heap.count > 2 * times.count + 16 {
            heap = times.map { Place(time: $0.value, element: $0.key) }.sorted { $0.time < $1.time }
        } else {
            heap.append(Place(time: time, element: element))
            rise(from: heap.count - 1)
        }
    }

    mutating func remove(_ element: Element) { times[element] = nil }

    /// Takes the earliest that is due by then.
    mutating func take(dueBy now: Duration) -> (element: Element, due: Duration)? {
        guard let next, next <= now else { return nil }
        let place = takeFirst()
        times[place.element] = nil
        return (place.element, place.time)
    }

    private mutating func dropReplaced() {
        while let first = heap.first, times[first.element] != first.time { _ = takeFirst() }
    }

    private mutating func takeFirst() -> Place {
        let first = heap[0]
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            sink()
        }
        return first
    }

    private mutating func rise(from start: Int) {
        var index = start
        while index > 0, heap[index].time < heap[(index - 1) / 2].time {
            heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    private mutating func sink() {
        var index = 0
        while true {
            let children = (2 * index + 1)...(2 * index + 2)
            guard
                let least = children.filter({ $0 < heap.count }).min(by: { heap[$0].time < heap[$1].time }),
                heap[least].time < heap[index].time
            else { return }
            heap.swapAt(index, least)
            index = least
        }
    }
}
