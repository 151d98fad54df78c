//! A check as a value.

use serde_json::{Value, json};

use crate::error::Error;
use crate::escape::{printable, shell_word};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Ok,
    Warning,
    Failed,
    NotChecked,
}

impl Outcome {
    pub(super) const ALL: [Self; 4] = [Self::Ok, Self::Warning, Self::Failed, Self::NotChecked];

    pub(super) fn in_json(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failed => "failed",
            Self::NotChecked => "not_checked",
        }
    }

    pub(super) fn counted(self, count: usize) -> String {
        match (self, count) {
            (Self::Warning, 2..) => format!("{count} warnings"),
            _ => format!("{count} {}", self.in_words()),
        }
    }

    pub(super) fn in_words(self) -> &'static str {
        match self {
            Self::NotChecked => "not checked",
            other => other.in_json(),
        }
    }
}

/// What is wrong, or why nothing is known, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) cause: String,
    pub(super) remedy: String,
}

/// One line of the report. Foreign text is escaped when it is made, as in an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Check {
    pub(super) name: &'static str,
    pub(super) outcome: Outcome,
    pub(super) what: String,
    pub(super) problem: Option<Problem>,
}

impl Check {
    pub(crate) fn ok(name: &'static str, what: impl AsRef<str>) -> Self {
        Self {
            name,
            outcome: Outcome::Ok,
            what: printable(what.as_ref()),
            problem: None,
        }
    }

    pub(crate) fn warning(
        name: &'static str,
        what: impl AsRef<str>,
        cause: impl AsRef<str>,
        remedy: impl AsRef<str>,
    ) -> Self {
        Self::with_problem(name, Outcome::Warning, what, cause, remedy)
    }

    pub(crate) fn failed(
        name: &'static str,
        what: impl AsRef<str>,
        cause: impl AsRef<str>,
        remedy: impl AsRef<str>,
    ) -> Self {
        Self::with_problem(name, Outcome::Failed, what, cause, remedy)
    }

    pub(crate) fn not_checked(
        name: &'static str,
        what: impl AsRef<str>,
        cause: impl AsRef<str>,
        remedy: impl AsRef<str>,
    ) -> Self {
        Self::with_problem(name, Outcome::NotChecked, what, cause, remedy)
    }

    /// What a run would say, as the result of a check.
    pub(crate) fn of_error(name: &'static str, outcome: Outcome, error: &Error) -> Self {
        let [what, cause, remedy] = error.parts();
        Self::with_problem(name, outcome, what, cause, remedy)
    }

    /// A failure, as a run would tell it.
    pub(crate) fn of_failure(name: &'static str, error: &Error) -> Self {
        Self::of_error(name, Outcome::Failed, error)
    }

    pub(super) fn with_problem(
        name: &'static str,
        outcome: Outcome,
        what: impl AsRef<str>,
        cause: impl AsRef<str>,
        remedy: impl AsRef<str>,
    ) -> Self {
        Self {
            name,
            outcome,
            what: printable(what.as_ref()),
            problem: Some(Problem {
                cause: printable(cause.as_ref()),
                remedy: printable(remedy.as_ref()),
            }),
        }
    }

    /// What people call it.
    pub(super) fn label(&self) -> String {
        self.name.replace('_', " ")
    }

    pub(super) fn to_json(&self) -> Value {
        let problem = self.problem.as_ref();
        json!({
            "name": self.name,
            "result": self.outcome.in_json(),
            "what": self.what,
            "cause": problem.map(|problem| &problem.cause),
            "remedy": problem.map(|problem| &problem.remedy),
        })
    }
}

/// ` -p NAME` for a remedy; nothing for a key of the environment, which is in no profile.
pub(crate) fn option(profile: Option<&str>) -> String {
    profile.map_or_else(String::new, |profile| {
        format!(" -p {}", shell_word(profile))
    })
}
