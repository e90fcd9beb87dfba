import Foundation
import Testing

/// Python's gRPC in a process of its own; nothing of it changes once it was started.
final class PythonPeer: @unchecked Sendable {
    /// What the server was sent.
    struct Received: Decodable, Sendable {
        /// Messages in hexadecimal.
        let orders: [String]
        let metadata: [[[String]]]
        let timeouts: [Double?]
    }

    /// The folder with `shop.proto`.
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Peer").path

    /// The first line it printed.
    let greeting: String
    private let process: Process
    private let input: FileHandle
    private let output: FileHandle

    private init(process: Process, input: FileHandle, output: FileHandle, greeting: String) {
        (self.process, self.input, self.output, self.greeting) = (process, input, output, greeting)
    }

    /// Where the server listens.
    var port: Int { Int(greeting) ?? 0 }

    private static var python: String {
        let environment = ProcessInfo.processInfo.environment
        let cache = environment["XDG_CACHE_HOME"] ?? NSHomeDirectory() + "/.cache"
        return (environment["AVIARY_GRPC_PEER"] ?? "\(cache)/aviary/grpc-peer") + "/bin/python"
    }

    private static func start(_ arguments: [String], script: String = "peer.py") throws -> (
        Process, input: Pipe, output: Pipe
    ) {
        try #require(
            FileManager.default.isExecutableFile(atPath: python), "run Scripts/install-dependencies test")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: python)
        process.arguments = ["\(folder)/\(script)", folder] + arguments
        let (input, output) = (Pipe(), Pipe())
        (process.standardInput, process.standardOutput) = (input, output)
        try process.run()
        return (process, input, output)
    }

    /// Runs a mode that ends by itself and returns its output.
    static func run(_ arguments: [String], input text: String = "") async throws -> String {
        try await blocking { try finish(arguments, input: text) }
    }

    private static func finish(_ arguments: [String], input text: String) throws -> String {
        let (process, input, output) = try start(arguments)
        input.fileHandleForWriting.write(Data(text.utf8))
        try input.fileHandleForWriting.close()
        let answer = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return String(decoding: answer, as: UTF8.self)
    }

    /// Starts the server.
    static func serve(_ options: String...) async throws -> PythonPeer {
        let peer = try await begin(["serve"] + options, script: "peer.py")
        _ = try #require(Int(peer.greeting))
        return peer
    }

    /// Starts a program that says first where it can be reached.
    static func begin(_ arguments: [String] = [], script: String) async throws -> PythonPeer {
        try await blocking {
            let (process, input, output) = try start(arguments, script: script)
            return PythonPeer(
                process: process, input: input.fileHandleForWriting, output: output.fileHandleForReading,
                greeting: try readLine(output.fileHandleForReading))
        }
    }

    private static func readLine(_ output: FileHandle) throws -> String {
        var line = Data()
        while let byte = try output.read(upToCount: 1), !byte.isEmpty, byte != Data("\n".utf8) {
            line += byte
        }
        return String(decoding: line, as: UTF8.self)
    }

    /// Waits until so many calls have arrived.
    func awaitOrders(_ count: Int) async throws {
        input.write(Data("wait \(count)\n".utf8))
        let line = try await blocking { [output] in try Self.readLine(output) }
        try #require(line == "arrived")
    }

    /// Lets the server say that it goes away; calls under way are answered.
    func drain() { input.write(Data("drain\n".utf8)) }

    /// Ends the server and returns what it was sent.
    @discardableResult
    func stop() async throws -> Received {
        try JSONDecoder().decode(Received.self, from: try await end(telling: "stop"))
    }

    /// Tells the program its last line, and returns what it printed from then on.
    func end(telling line: String) async throws -> Data {
        try await blocking { [self] in
            input.write(Data("\(line)\n".utf8))
            let answer = output.readDataToEndOfFile()
            process.waitUntilExit()
            return answer
        }
    }
}
