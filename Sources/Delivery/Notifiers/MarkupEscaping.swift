extension String {
    /// The text where `&`, `<` and `>` would be read as markup.
    var escapedForMarkup: String {
        replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
