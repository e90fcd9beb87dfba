import HTTP1

extension HeadFields {
    /// Whether a request meets every condition of a match; a match without conditions is never met.
    func meet(_ match: RequestMatch, in base: UnsafePointer<UInt8>) -> Bool {
        !match.conditions.isEmpty && match.conditions.allSatisfy { meets($0, base) }
    }

    private func meets(_ condition: HeaderCondition, _ base: UnsafePointer<UInt8>) -> Bool {
        for index in 0..<count {
            let field = self[index]
            guard equalsIgnoringCase(base + Int(field.start), Int(field.nameCount), condition.name) else {
                continue
            }
            let value = UnsafeRawBufferPointer(
                start: base + Int(field.valueStart), count: Int(field.valueEnd - field.valueStart))
            if condition.value.matches(value) { return true }
        }
        return false
    }

    /// Whether a request bears the cookie with the value of the present revision.
    func carry(_ cookie: StickyCookie, in base: UnsafePointer<UInt8>) -> Bool {
        for index in 0..<count where self[index].name == .cookie {
            let end = Int(self[index].valueEnd)
            var start = Int(self[index].valueStart)
            while start < end {
                while start < end, base[start] == 0x20 || base[start] == UInt8(ascii: ";") { start += 1 }
                var stop = start
                while stop < end, base[stop] != UInt8(ascii: ";") { stop += 1 }
                if Self.isPair(UnsafeRawBufferPointer(start: base + start, count: stop - start), cookie) {
                    return true
                }
                start = stop
            }
        }
        return false
    }

    private static func isPair(_ pair: UnsafeRawBufferPointer, _ cookie: StickyCookie) -> Bool {
        var count = pair.count
        while count > 0, pair[count - 1] == 0x20 { count -= 1 }
        guard count == cookie.name.count + 1 + cookie.value.count else { return false }
        return pair.starts(with: cookie.name) && pair[cookie.name.count] == UInt8(ascii: "=")
            && pair[(cookie.name.count + 1)..<count].elementsEqual(cookie.value)
    }
}
