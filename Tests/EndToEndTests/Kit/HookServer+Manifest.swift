extension HookServer {
    /// A hook of a type, at the path of that name.
    func hook(_ type: String, name: String? = nil) -> Manifest.Hook {
        Manifest.Hook(name: name ?? "h-\(type)", type: type, url: url(name ?? type))
    }
}
