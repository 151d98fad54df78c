//! The one error type. Every failure says three things: what failed, the cause in the words of
//! what noticed it, and the remedy. It also knows the exit code that it leads to.

use std::fmt;

use crate::escape::printable;

/// A subcommand that runs no command did what it was asked to do.
pub(crate) const EXIT_SUCCESS: u8 = 0;
/// mfaexec itself failed, wrong usage included, and ran nothing (as `env` and `timeout` have it).
pub const EXIT_OWN_FAILURE: u8 = 125;
/// The command was found but cannot be run: execvp(3) and POSIX "Command Search and Execution".
pub const EXIT_CANNOT_RUN: u8 = 126;
/// The command was not found.
pub const EXIT_NOT_FOUND: u8 = 127;
/// A subcommand that runs no command failed.
pub const EXIT_FAILED: u8 = 1;
/// A subcommand that runs no command was used wrongly.
pub const EXIT_USAGE: u8 = 2;

/// What `Result` means in this crate.
pub(crate) type Result<T> = std::result::Result<T, Error>;

/// The kinds of failure that have exit codes of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// mfaexec could not do its part.
    Failure,
    /// The words of the command line don't fit together.
    Usage,
    /// The command exists, the system refuses to run it.
    CannotRun,
    /// There is no such command.
    NotFound,
    /// A person may choose a profile.
    NoProfile,
}

/// A failure in three parts, each one line without control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    kind: Kind,
    what: String,
    cause: String,
    remedy: String,
    is_line: bool,
}

impl Error {
    /// A failure of mfaexec's own. The parts may carry foreign text: it is escaped here.
    pub fn new(what: impl AsRef<str>, cause: impl AsRef<str>, remedy: impl AsRef<str>) -> Self {
        Self::of(Kind::Failure, what, cause, remedy)
    }

    /// Like [`Error::new`], for a failure of the given kind.
    pub fn of(
        kind: Kind,
        what: impl AsRef<str>,
        cause: impl AsRef<str>,
        remedy: impl AsRef<str>,
    ) -> Self {
        Self {
            kind,
            what: printable(what.as_ref()),
            cause: printable(cause.as_ref()),
            remedy: printable(remedy.as_ref()),
            is_line: false,
        }
    }

    /// The same with another remedy.
    pub fn with_remedy(mut self, remedy: &str) -> Self {
        self.remedy = printable(remedy);
        self
    }

    /// The same, shown as one line: what a program that reports it to a person has room for.
    pub fn on_one_line(mut self) -> Self {
        self.is_line = true;
        self
    }

    /// The first line alone, for a notice that goes on in spite of the failure.
    pub fn summary(&self) -> String {
        format!("{}: {}", self.what, self.cause)
    }

    /// All three parts, for those who show one line.
    pub fn in_one_line(&self) -> String {
        format!("{}: {}; {}", self.what, self.cause, self.remedy)
    }

    /// What, cause and remedy, for those who show them in another form.
    pub(crate) fn parts(&self) -> [&str; 3] {
        [&self.what, &self.cause, &self.remedy]
    }

    /// The cause alone.
    pub fn cause(&self) -> &str {
        &self.cause
    }

    /// The same, with more said about the cause.
    pub fn and(mut self, more: &str) -> Self {
        self.cause = format!("{}; {}", self.cause, printable(more));
        self
    }

    /// Whether no profile was chosen.
    pub(crate) fn is_about_choice(&self) -> bool {
        self.kind == Kind::NoProfile
    }

    /// Whether the command is what cannot be run.
    pub(crate) fn is_about_command(&self) -> bool {
        matches!(self.kind, Kind::CannotRun | Kind::NotFound)
    }

    /// The same failure with another cause and remedy.
    pub(crate) fn because(mut self, cause: &str, remedy: &str) -> Self {
        self.cause = printable(cause);
        self.remedy = printable(remedy);
        self
    }

    /// The exit code; `runs_command` tells whether the invocation was one that runs a command.
    pub fn exit_code(&self, runs_command: bool) -> u8 {
        match self.kind {
            Kind::CannotRun => EXIT_CANNOT_RUN,
            Kind::NotFound => EXIT_NOT_FOUND,
            Kind::Failure | Kind::Usage | Kind::NoProfile if runs_command => EXIT_OWN_FAILURE,
            Kind::Failure | Kind::NoProfile => EXIT_FAILED,
            Kind::Usage => EXIT_USAGE,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_line {
            return write!(f, "mfaexec: {}: {}; {}", self.what, self.cause, self.remedy);
        }
        write!(
            f,
            "mfaexec: {}\n  cause:  {}\n  remedy: {}",
            self.what, self.cause, self.remedy
        )
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_cannot_leave_its_line() {
        let error = Error::new("a\nb", "\u{1b}]52;c;x\u{7}", "ok");
        assert_eq!(
            error.to_string(),
            "mfaexec: a\\nb\n  cause:  \\u{1b}]52;c;x\\u{7}\n  remedy: ok"
        );
    }

    #[test]
    fn exit_codes_depend_on_what_was_asked_for() {
        let code = |kind, runs| Error::of(kind, "", "", "").exit_code(runs);
        assert_eq!(code(Kind::Usage, true), 125);
        assert_eq!(code(Kind::Failure, true), 125);
        assert_eq!(code(Kind::Usage, false), 2);
        assert_eq!(code(Kind::Failure, false), 1);
        assert_eq!(code(Kind::CannotRun, true), 126);
        assert_eq!(code(Kind::NotFound, true), 127);
    }
}
