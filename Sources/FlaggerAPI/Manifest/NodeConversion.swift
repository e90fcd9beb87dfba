import Yams

/// Turns the YAML parser's tree into ours, aliases and merge keys written out, within bounds.
struct NodeConversion {
    private var count = 0

    /// - Throws: `ManifestSyntaxError` beyond the bounds, or at a tag or key that JSON could not hold.
    mutating func convert(_ node: Node, depth: Int) throws -> ManifestNode {
        let mark = SourceMark(line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
        count += 1
        guard count <= ManifestParser.maximumNodes else {
            throw refusal(mark, "has more than \(ManifestParser.maximumNodes) values, aliases written out")
        }
        guard depth <= ManifestParser.maximumDepth else {
            throw ManifestSyntaxError.tooDeep(at: mark)
        }
        switch node {
        case .scalar(let scalar):
            return ManifestNode(mark: mark, content: .scalar(try value(of: scalar, at: mark)))
        case .sequence(let sequence):
            var elements: [ManifestNode] = []
            for element in sequence { elements.append(try convert(element, depth: depth + 1)) }
            return ManifestNode(mark: mark, content: .list(elements))
        case .mapping(let mapping):
            return ManifestNode(mark: mark, content: .map(try members(of: mapping, depth: depth)))
        case .alias:
            throw refusal(mark, "has an alias that leads nowhere")
        }
    }

    private mutating func members(of mapping: Node.Mapping, depth: Int) throws -> [ManifestNode.Member] {
        var members: [ManifestNode.Member] = []
        var merged: [ManifestNode.Member] = []
        for (keyNode, valueNode) in mapping {
            let mark = SourceMark(line: keyNode.mark?.line ?? 1, column: keyNode.mark?.column ?? 1)
            guard case .scalar(let key) = keyNode else {
                throw ManifestSyntaxError(
                    mark: mark, rule: "syntax", message: "a key is a list or an object",
                    fix: "use a text as the key")
            }
            let value = try convert(valueNode, depth: depth + 1)
            if key.string == "<<", key.style == .plain {
                merged += try mergedMembers(of: value)
            } else {
                members.append(ManifestNode.Member(key: key.string, mark: mark, value: value))
            }
        }
        guard !merged.isEmpty else { return members }
        var known = Set(members.map(\.key))
        for member in merged where known.insert(member.key).inserted { members.append(member) }
        return members
    }

    private func mergedMembers(of value: ManifestNode) throws -> [ManifestNode.Member] {
        switch value.content {
        case .map(let members): return members
        case .list(let elements): return try elements.flatMap(mergedMembers)
        case .scalar:
            throw ManifestSyntaxError(
                mark: value.mark, rule: "syntax", message: "`<<` merges \(value.described)",
                fix: "merge an object, or an alias of one")
        }
    }

    private func value(of scalar: Node.Scalar, at mark: SourceMark) throws -> ManifestNode.Scalar {
        let text = scalar.string
        let tag = scalar.tag.rawValue
        switch tag {
        case "" where scalar.style == .plain, "?" where scalar.style == .plain:
            return ManifestNode.Scalar(value: PlainScalar.value(of: text), text: text)
        case "", "?", "!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:binary", "tag:yaml.org,2002:timestamp":
            return ManifestNode.Scalar(value: .string, text: text)
        case "tag:yaml.org,2002:int", "tag:yaml.org,2002:float", "tag:yaml.org,2002:bool",
            "tag:yaml.org,2002:null":
            return ManifestNode.Scalar(value: PlainScalar.value(of: text), text: text)
        default:
            throw ManifestSyntaxError(
                mark: mark, rule: "syntax", message: "the tag `\(tag)` is unknown", fix: "remove the tag")
        }
    }

    private func refusal(_ mark: SourceMark, _ message: String) -> ManifestSyntaxError {
        ManifestSyntaxError(
            mark: mark, rule: "too-large", message: message, fix: "split or simplify the file")
    }
}
