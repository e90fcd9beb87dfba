/// Google Chat: an incoming webhook, which takes cards of paragraphs in a subset of HTML.
struct GoogleChatNotifier: Notifier {
    private struct Message: Encodable { var cards: [Card] }
    private struct Card: Encodable {
        var header: Header
        var sections: [Section]
    }
    private struct Header: Encodable {
        var title: String
        var subtitle: String
    }
    private struct Section: Encodable { var widgets: [Widget] }
    private struct Widget: Encodable { var textParagraph: Paragraph }
    private struct Paragraph: Encodable { var text: String }

    func payload(for alert: AlertMessage, to receiver: AlertReceiver) -> any Encodable {
        let paragraphs =
            [Self.strong(alert.text)]
            + alert.facts.map { "\($0.name.escapedForMarkup)<br>\(Self.strong($0.value))" }
        return Message(cards: [
            Card(
                header: Header(title: "Aviary", subtitle: alert.subject),
                sections: paragraphs.map { Section(widgets: [Widget(textParagraph: Paragraph(text: $0))]) })
        ])
    }

    private static func strong(_ text: String) -> String {
        "<font color=#848484><strong>\(text.escapedForMarkup)</strong></font>"
    }
}
