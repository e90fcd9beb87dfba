/// A member of a ``Roster``, which keeps its own place so that it can leave at once.
protocol RosterMember: AnyObject {
    var place: Int { get set }
}

/// All connections of one kind on an event loop.
struct Roster<Member: RosterMember> {
    private(set) var members: [Member] = []

    var count: Int { members.count }
    var isEmpty: Bool { members.isEmpty }

    mutating func insert(_ member: Member) {
        member.place = members.count
        members.append(member)
    }

    mutating func remove(_ member: Member) {
        guard member.place >= 0, member.place < members.count, members[member.place] === member else {
            return
        }
        let last = members.removeLast()
        if last !== member {
            members[member.place] = last
            last.place = member.place
        }
        member.place = -1
    }
}
