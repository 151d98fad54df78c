//! The options of `mfaexec keys`.

use clap::{Args, ValueEnum};

use super::action::refuse_options_of_others;
use super::{ChangeChoice, UserSignIn, non_empty};
use crate::error::{Error, Kind, Result};
use crate::model::time::Span;

#[derive(Debug, Clone, Args)]
pub(crate) struct KeysChoice {
    /// What to do: rotate, store, list, remove
    ///
    /// rotate: replace the long-term key by a new one. store: move it from the credentials file to the
    /// secret store of the system. list: show where the keys are. remove: delete a stored key, or move
    /// it back.
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
    /// store: where to: system, file
    ///
    /// system: the Secret Service, or the keychain of macOS. file: a file that a passphrase opens.
    /// Default: system, or file where the system has none.
    #[arg(long = "in", value_name = "STORE", hide_possible_values = true, help_heading = STORED)]
    store: Option<Store>,
    /// remove: put the key back into the credentials file
    #[arg(long, help_heading = STORED)]
    to_file: bool,
    /// list: print JSON
    #[arg(long, help_heading = "Output")]
    json: bool,
}

const STORED: &str = "Stored keys";

const ROTATE: &str = "Rotate";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum KeysAction {
    /// Replace the long-term key by a new one
    Rotate,
    Store,
    List,
    Remove,
}

/// Where a key is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Store {
    System,
    File,
}

/// What is done about keys, with the options for it.
#[derive(Debug)]
pub(crate) enum KeysTask<'a> {
    Rotate(RotateChoice<'a>),
    Store(Option<Store>),
    List { json: bool },
    Remove { to_file: bool },
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
    pub(crate) const ALL: [Self; 4] = [Self::Rotate, Self::Store, Self::List, Self::Remove];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Rotate => "rotate",
            Self::Store => "store",
            Self::List => "list",
            Self::Remove => "remove",
        }
    }
}

impl KeysChoice {
    /// # Errors
    /// No action was named, or an option's value makes no sense for it.
    pub(crate) fn task(&self) -> Result<KeysTask<'_>> {
        if let Some(action) = self.action {
            self.refuse_options_of_others(action)?;
        }
        match self.action {
            Some(KeysAction::Store) => Ok(KeysTask::Store(self.store)),
            Some(KeysAction::List) => Ok(KeysTask::List { json: self.json }),
            Some(KeysAction::Remove) => Ok(KeysTask::Remove {
                to_file: self.to_file,
            }),
            Some(KeysAction::Rotate) => Ok(KeysTask::Rotate(RotateChoice {
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

impl KeysChoice {
    fn refuse_options_of_others(&self, action: KeysAction) -> Result<()> {
        use KeysAction::{List, Remove, Rotate, Store};
        let user = &self.user;
        let given = [
            ("--delete-after", self.delete_after.is_some(), &[Rotate][..]),
            ("--delete", self.delete.is_some(), &[Rotate]),
            ("--region", user.region.is_some(), &[Rotate]),
            ("--code", user.code.is_some(), &[Rotate]),
            ("--mfa-serial", user.mfa_serial.is_some(), &[Rotate]),
            ("--prompt", user.prompt.is_some(), &[Rotate, Store, Remove]),
            ("--no-input", user.no_input, &[Rotate, Store, Remove]),
            ("--dry-run", self.change.dry_run, &[Rotate, Store, Remove]),
            ("--yes", self.change.yes, &[Rotate, Store, Remove]),
            ("--in", self.store.is_some(), &[Store]),
            ("--to-file", self.to_file, &[Remove]),
            ("--json", self.json, &[List]),
        ];
        refuse_options_of_others("keys", (action, KeysAction::name), &given)
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
