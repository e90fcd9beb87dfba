/// One step of a compiled pattern.
enum PatternInstruction: Equatable, Sendable {
    case byte(ByteSet)
    case split(Int, Int)
    case jump(Int)
    case start
    case end
    case accept
}

/// A compiled pattern, matched by following all its threads at once: the time is bounded by the
/// length of the pattern times the length of the value, whatever either says.
struct PatternProgram: Equatable, Sendable {
    /// Bounds the time of one match; a pattern that compiles to more steps is refused.
    static let mostInstructions = 2000

    private(set) var instructions: [PatternInstruction] = []

    init(_ node: PatternNode) throws {
        try emit(node)
        instructions.append(.accept)
    }

    private mutating func emit(_ node: PatternNode) throws {
        guard instructions.count < Self.mostInstructions else {
            throw PatternSyntaxError(offset: 0, reason: "the pattern is too large; shorten it or its counts")
        }
        switch node {
        case .empty: break
        case .bytes(let set): instructions.append(.byte(set))
        case .start: instructions.append(.start)
        case .end: instructions.append(.end)
        case .sequence(let parts): for part in parts { try emit(part) }
        case .choice(let branches): try emit(choice: branches)
        case .repetition(let part, let least, let most): try emit(part, least: least, most: most)
        }
    }

    private mutating func emit(choice branches: [PatternNode]) throws {
        var exits: [Int] = []
        for (offset, branch) in branches.enumerated() {
            guard offset < branches.count - 1 else {
                try emit(branch)
                break
            }
            let fork = instructions.count
            instructions.append(.split(fork + 1, 0))
            try emit(branch)
            exits.append(instructions.count)
            instructions.append(.jump(0))
            instructions[fork] = .split(fork + 1, instructions.count)
        }
        for exit in exits { instructions[exit] = .jump(instructions.count) }
    }

    private mutating func emit(_ part: PatternNode, least: Int, most: Int?) throws {
        for _ in 0..<least { try emit(part) }
        guard let most else {
            let fork = instructions.count
            instructions.append(.split(fork + 1, 0))
            try emit(part)
            instructions.append(.jump(fork))
            instructions[fork] = .split(fork + 1, instructions.count)
            return
        }
        var forks: [Int] = []
        for _ in least..<max(least, most) {
            forks.append(instructions.count)
            instructions.append(.split(instructions.count + 1, 0))
            try emit(part)
        }
        for fork in forks { instructions[fork] = .split(fork + 1, instructions.count) }
    }

    /// Whether the whole of `value` matches.
    func matches(_ value: UnsafeRawBufferPointer) -> Bool {
        var current = ThreadList(capacity: instructions.count)
        var following = ThreadList(capacity: instructions.count)
        add(0, to: &current, at: 0, of: value.count)
        for position in 0..<value.count {
            if current.threads.isEmpty { return false }
            following.clear()
            for thread in current.threads {
                if case .byte(let set) = instructions[thread], set.contains(value[position]) {
                    add(thread + 1, to: &following, at: position + 1, of: value.count)
                }
            }
            swap(&current, &following)
        }
        return current.threads.contains { instructions[$0] == .accept }
    }

    private func add(_ first: Int, to list: inout ThreadList, at position: Int, of count: Int) {
        list.pending.append(first)
        while let thread = list.pending.popLast() {
            guard list.mark(thread) else { continue }
            switch instructions[thread] {
            case .split(let one, let other):
                list.pending.append(other)
                list.pending.append(one)
            case .jump(let target): list.pending.append(target)
            case .start: if position == 0 { list.pending.append(thread + 1) }
            case .end: if position == count { list.pending.append(thread + 1) }
            case .byte, .accept: list.threads.append(thread)
            }
        }
    }
}

/// The threads of one position, each at most once.
private struct ThreadList {
    var threads: [Int] = []
    var pending: [Int] = []
    private var marks: [UInt32]
    private var generation: UInt32 = 1

    init(capacity: Int) { marks = Array(repeating: 0, count: capacity) }

    mutating func mark(_ thread: Int) -> Bool {
        guard marks[thread] != generation else { return false }
        marks[thread] = generation
        return true
    }

    mutating func clear() {
        threads.removeAll(keepingCapacity: true)
        generation += 1
    }
}
