fn main() -> std::process::ExitCode {
    mfaexec::commands::main()
}
