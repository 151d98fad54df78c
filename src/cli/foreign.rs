//! Words that people bring along from other tools (aws-vault, granted, saml2aws, gh, kubectl), and
//! what mfaexec has for them. A subcommand that mfaexec gets leaves this table.

use super::subcommand::Subcommand;

/// What mfaexec does where another tool has that word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
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

struct Row {
    words: &'static [&'static str],
    meaning: Meaning,
    cause: &'static str,
}

const TABLE: &[Row] = &[
    Row {
        words: &["exec", "run", "assume", "use", "switch"],
        meaning: Meaning::Run,
        cause: "a run needs no subcommand: -p names the profile, and the command follows after --",
    },
    Row {
        words: &["list", "ls", "ps", "sessions", "show", "info"],
        meaning: Meaning::Subcommand(Subcommand::Status),
        cause: "status lists the cached sessions",
    },
    Row {
        words: &[
            "logout", "log-out", "signout", "sign-out", "remove", "rm", "delete", "forget",
            "clean", "purge", "flush", "reset",
        ],
        meaning: Meaning::Subcommand(Subcommand::Clear),
        cause: "clear removes cached sessions",
    },
    Row {
        words: &["uninstall"],
        meaning: Meaning::Subcommand(Subcommand::Clear),
        cause: "clear removes sessions and their key; the README says which files there are beside",
    },
    Row {
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
        meaning: Meaning::Subcommand(Subcommand::Login),
        cause: "login gets a session and caches it",
    },
    Row {
        words: &["why", "plan", "dry-run"],
        meaning: Meaning::Subcommand(Subcommand::Explain),
        cause: "explain shows what a run would do and why",
    },
    Row {
        words: &["check", "diagnose", "debug"],
        meaning: Meaning::Subcommand(Subcommand::Doctor),
        cause: "doctor looks for what is wrong",
    },
    Row {
        words: &["env", "subshell"],
        meaning: Meaning::Subcommand(Subcommand::Shell),
        cause: "mfaexec does not change your shell: it starts one that has the session",
    },
    Row {
        words: &[
            "print",
            "script",
            "credentials",
            "creds",
            "export-credentials",
        ],
        meaning: Meaning::Subcommand(Subcommand::Export),
        cause: "export prints a session for another program; running a command is safer",
    },
    Row {
        words: &[
            "serve",
            "server",
            "proxy",
            "daemon",
            "ecs-server",
            "ec2-server",
        ],
        meaning: Meaning::Run,
        cause: "mfaexec serves the command that it runs: with --refresh its session is renewed",
    },
    Row {
        words: &["whoami", "who", "identity", "id"],
        meaning: Meaning::Command(&["aws", "sts", "get-caller-identity"]),
        cause: "the AWS CLI asks STS whose session it is",
    },
    Row {
        words: &["rotate"],
        meaning: Meaning::Action(Subcommand::Keys, "rotate"),
        cause: "keys rotate replaces a long-term key by a new one",
    },
    Row {
        words: &["add", "configure", "config", "import", "init"],
        meaning: Meaning::Configure,
        cause: "mfaexec uses the profiles of the AWS CLI, which also writes them",
    },
    Row {
        words: &["browser", "open", "web"],
        meaning: Meaning::Subcommand(Subcommand::Console),
        cause: "console opens the AWS web console with the session of a role",
    },
    Row {
        words: &["version", "about"],
        meaning: Meaning::Option("--version"),
        cause: "the version is an option",
    },
    Row {
        words: &["manual", "docs", "usage"],
        meaning: Meaning::Option("--help"),
        cause: "the help has all options and subcommands",
    },
    Row {
        words: &["completion", "complete", "autocomplete"],
        meaning: Meaning::Completions,
        cause: "completions prints the script for a shell",
    },
];

/// What mfaexec has for a word of other tools, and the reason to give.
pub(super) fn foreign(word: &str) -> Option<(Meaning, &'static str)> {
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
