import Glibc

/// The first three descriptors, which belong to standard input, output and error.
enum StandardDescriptors {
    /// Puts something in the place of those that the program was started without. The next file or socket that is
    /// opened would have the number otherwise, and get what is meant for the reader.
    static func fillGaps() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
            // To be read only: writing fails, as it does without a descriptor. The lowest free number is taken.
            _ = open("/dev/null", O_RDONLY)
        }
    }
}
