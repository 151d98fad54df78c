//! Words that people bring along from other tools (aws-vault, granted, saml2aws, gh, kubectl), and
//! what mfaexec has for them. A subcommand that mfaexec gets leaves this table.

use super::subcommand::Subcommand;

/// What mfaexec does where another tool has that word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ForeignMeaning {
    /// A run, or a shell where no command is named.
    Run,
    Subcommand(Subcommand),
    /// A subcommand with what it does.
    Action(Subcommand, &'static str),
    /// A line with nothing but this option.
    Option(&'static str),
    /// This command, run with the session.
    Command(&'static [&'static str]),
    /// `aws configure`, which writes profiles.
    Configure,
    /// `mfaexec completions`, with the shell that was named.
    Completions,
}

struct ForeignRow {
    words: &'static [&'static str],
    meaning: ForeignMeaning,
    cause: &'static str,
}

const TABLE: &[ForeignRow] = &[
    ForeignRow {
        words: &["exec", "run", "assume", "use", "switch"],
        meaning: ForeignMeaning::Run,
        cause: "a run needs no subcommand: -p names the profile, and the command follows after --",
    },
    ForeignRow {
        words: &["list", "ls", "ps", "sessions", "show", "info"],
        meaning: ForeignMeaning::Subcommand(Subcommand::Status),
        cause: "status lists the cached sessions",
    },
    ForeignRow {
        words: &[
            "logout", "log-out", "signout", "sign-out", "remove", "rm", "delete", "forget",
            "clean", "purge", "flush", "reset",
        ],
        meaning: ForeignMeaning::Subcommand(Subcommand::Clear),
        cause: "clear removes cached sessions",
    },
    ForeignRow {
        words: &["uninstall"],
        meaning: ForeignMeaning::Subcommand(Subcommand::Clear),
        cause: "clear removes sessions and their key; the README says which files there are beside",
    },
    ForeignRow {
        words: &[
            "signin",
            "sign-in",
            "log-in",
            "auth",
            "authenticate",
            "refresh",
            "renew",
            "session",
        ],
        meaning: ForeignMeaning::Subcommand(Subcommand::Login),
        cause: "login gets a session and caches it",
    },
    ForeignRow {
        words: &["why", "plan", "dry-run"],
        meaning: ForeignMeaning::Subcommand(Subcommand::Explain),
        cause: "explain shows what a run would do and why",
    },
    ForeignRow {
        words: &["check", "diagnose", "debug"],
        meaning: ForeignMeaning::Subcommand(Subcommand::Doctor),
        cause: "doctor looks for what is wrong",
    },
    ForeignRow {
        words: &["env", "subshell"],
        meaning: ForeignMeaning::Subcommand(Subcommand::Shell),
        cause: "mfaexec does not change your shell: it starts one that has the session",
    },
    ForeignRow {
        words: &[
            "print",
            "script",
            "credentials",
            "creds",
            "export-credentials",
        ],
        meaning: ForeignMeaning::Subcommand(Subcommand::Export),
        cause: "export prints a session for another program; running a command is safer",
    },
    ForeignRow {
        words: &[
            "serve",
            "server",
            "proxy",
            "daemon",
            "ecs-server",
            "ec2-server",
        ],
        meaning: ForeignMeaning::Run,
        cause: "mfaexec serves the command that it runs: with --refresh its session is renewed",
    },
    ForeignRow {
        words: &["whoami", "who", "identity", "id"],
        meaning: ForeignMeaning::Command(&["aws", "sts", "get-caller-identity"]),
        cause: "the AWS CLI asks STS whose session it is",
    },
    ForeignRow {
        words: &["rotate"],
        meaning: ForeignMeaning::Action(Subcommand::Keys, "rotate"),
        cause: "keys rotate replaces a long-term key by a new one",
    },
    ForeignRow {
        words: &["add", "configure", "config", "import", "init"],
        meaning: ForeignMeaning::Configure,
        cause: "mfaexec uses the profiles of the AWS CLI, which also writes them",
    },
    ForeignRow {
        words: &["browser", "open", "web"],
        meaning: ForeignMeaning::Subcommand(Subcommand::Console),
        cause: "console opens the AWS web console with the session of a role",
    },
    ForeignRow {
        words: &["version", "about"],
        meaning: ForeignMeaning::Option("--version"),
        cause: "the version is an option",
    },
    ForeignRow {
        words: &["manual", "docs", "usage"],
        meaning: ForeignMeaning::Option("--help"),
        cause: "the help has all options and subcommands",
    },
    ForeignRow {
        words: &["completion", "complete", "autocomplete"],
        meaning: ForeignMeaning::Completions,
        cause: "completions prints the script for a shell",
    },
];

/// What mfaexec has for a word of other tools, and the reason to give.
pub(super) fn foreign(word: &str) -> Option<(ForeignMeaning, &'static str)> {
    let row = TABLE.iter().find(|row| row.words.contains(&word))?;
    Some((row.meaning, row.cause))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_has_one_meaning_and_is_no_subcommand() {
        let mut words: Vec<&str> = TABLE.iter().flat_map(|row| row.words).copied().collect();
        assert!(
            words
                .iter()
                .all(|word| Subcommand::of(word.as_ref()).is_none())
        );
        words.sort_unstable();
        assert!(words.windows(2).all(|pair| pair[0] != pair[1]), "{words:?}");
    }
}
