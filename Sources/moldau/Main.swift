import Glibc
import Tools

@main
enum Main {
    nonisolated static func main() {
        let signals = Signals()
        exit(Tools.run(Array(CommandLine.arguments.dropFirst()), signals: signals))
    }
}
