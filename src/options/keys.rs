//! The options of `mfaexec keys`.

use clap::{Args, ValueEnum};

use super::{ChangeChoice, UserSignIn, non_empty};
use crate::error::{Error, Kind, Result};
use crate::model::time::Span;

#[derive(Debug, Clone, Args)]
pub(crate) struct KeysChoice {
    /// What to do: rotate
    ///
    /// rotate: replace the long-term key by a new one.
    #[arg(value_name = "ACTION", hide_possible_values = true)]
    action: Option<KeysAction>,
    #[command(flatten)]
    pub user: UserSignIn,
    #[command(flatten)]
    pub change: ChangeChoice,
    /// Delete the old key after this time: 0, 30s, 5m
    ///
    /// mfaexec waits for it, at most 1h. Default: the old key stays in IAM, inactive, and the next
    /// rotation deletes it.
    #[arg(long, value_name = "TIME", value_parser = Span::parse, help_heading = ROTATE)]
    delete_after: Option<Span>,
    /// Delete this other key first
    ///
    /// A user can have two keys. An inactive one is deleted without this option, once you agree; an active
    /// one only if it is named.
    #[arg(long, value_name = "KEY", value_parser = non_empty, help_heading = ROTATE)]
    delete: Option<String>,
}

const ROTATE: &str = "Rotate";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum KeysAction {
    Rotate,
}

/// What is done about keys, with the options for it.
#[derive(Debug)]
pub(crate) enum KeysWish<'a> {
    Rotate(RotateChoice<'a>),
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct RotateChoice<'a> {
    /// How many seconds after the rotation the old key is deleted; none: it stays, inactive.
    pub delete_after: Option<u64>,
    /// The id of the other key that has to make room.
    pub delete: Option<&'a str>,
}

/// The longest that a command waits before it deletes a key, in seconds.
const LONGEST_WAIT: u64 = 3600;

impl KeysAction {
    pub(crate) const ALL: [Self; 1] = [Self::Rotate];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Rotate => "rotate",
        }
    }
}

impl KeysChoice {
    /// # Errors
    /// No action was named, or an option's value makes no sense for it.
    pub(crate) fn wish(&self) -> Result<KeysWish<'_>> {
        match self.action {
            Some(KeysAction::Rotate) => Ok(KeysWish::Rotate(RotateChoice {
                delete_after: self.delete_after.as_ref().map(wait).transpose()?,
                delete: self.delete.as_deref(),
            })),
            None => Err(Error::of(
                Kind::Usage,
                "nothing was named to do about keys",
                format!(
                    "actions: {}",
                    KeysAction::ALL.map(KeysAction::name).join(", ")
                ),
                "mfaexec keys rotate -p NAME",
            )),
        }
    }
}

fn wait(span: &Span) -> Result<u64> {
    match span.seconds {
        seconds if seconds <= LONGEST_WAIT => Ok(seconds),
        _ => Err(Error::of(
            Kind::Usage,
            format!("--delete-after {span} is too long"),
            "mfaexec waits until the key is deleted, 1h at most",
            "leave it out: the old key stays inactive, and the next mfaexec keys rotate deletes it",
        )),
    }
}
