//! The words that shells have for themselves (POSIX, "Special Built-In Utilities" and "Reserved
//! Words", and those of bash and zsh), by what to do instead of running them.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Builtin {
    /// The command follows: `exec aws s3 ls`.
    Prefix,
    /// It measures what follows.
    Time,
    /// It changes the directory.
    Directory,
    /// It sets variables.
    Variables,
    /// It reads a file.
    Source,
    /// It begins something that has an end further on.
    Keyword,
    /// A script follows.
    Script,
    /// It means something to the shell alone that it is typed in.
    State,
    /// It does something in any shell.
    Other,
}

/// What the word is to a shell.
pub(super) fn builtin(word: &str) -> Option<Builtin> {
    Some(match word {
        "exec" | "command" | "builtin" | "noglob" | "nocorrect" => Builtin::Prefix,
        "time" => Builtin::Time,
        "cd" | "pushd" | "chdir" => Builtin::Directory,
        "export" | "declare" | "typeset" | "readonly" | "local" | "set" => Builtin::Variables,
        "source" | "." => Builtin::Source,
        "if" | "for" | "while" | "until" | "case" | "select" | "function" | "{" | "(" | "(("
        | "!" | "[[" => Builtin::Keyword,
        "eval" => Builtin::Script,
        "alias" | "unalias" | "unset" | "shopt" | "setopt" | "unsetopt" | "umask" | "ulimit"
        | "exit" | "return" | "history" | "fc" | "jobs" | "fg" | "bg" | "disown" | "popd"
        | "dirs" | "hash" | "rehash" | "bind" | "bindkey" | "trap" | "shift" | "break"
        | "continue" | "autoload" | "enable" => Builtin::State,
        "type" | "read" | "let" | "wait" | "times" | "getopts" | "mapfile" | "readarray" | ":" => {
            Builtin::Other
        }
        _ => return None,
    })
}
