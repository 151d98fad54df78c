//! What is said where a stored key cannot be read, stored or deleted.

use crate::edge::secrets::error::SecretStoreError;
use crate::edge::secrets::system;
use crate::error::Error;
use crate::escape::shell_word;
use crate::model::prompt::question::QUESTION_TIME;
use crate::sign_in::ask::passphrase::NoAnswer;

/// Why a store may not ask.
pub(super) const NO_INPUT: &str = "--no-input was given";

/// A key in the store, and the profile that it is of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StoredKey<'a> {
    pub(crate) id: &'a str,
    pub(crate) profile: &'a str,
}

/// A failure, and whether a person has brought it about.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: Error,
    pub(crate) by_person: bool,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self {
            error,
            by_person: false,
        }
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        failure.error
    }
}

pub(super) fn failure(what: &str, key: StoredKey<'_>, error: &SecretStoreError) -> Failure {
    Failure {
        error: Error::new(what, cause(error), remedy(key, error)),
        by_person: matches!(error, SecretStoreError::Unanswered { .. }),
    }
}

pub(super) fn cause(error: &SecretStoreError) -> String {
    let store = system::NAME;
    match error {
        SecretStoreError::Unreachable(cause) => format!("{store} cannot be reached: {cause}"),
        SecretStoreError::Locked(why) => format!("{store} is locked, and {why}"),
        SecretStoreError::Unanswered { in_time: true } => {
            format!("{store} is locked, and its question was dismissed")
        }
        SecretStoreError::Unanswered { in_time: false } => {
            let minutes = QUESTION_TIME.as_secs() / 60;
            format!("{store} is locked, and no one answered its question for {minutes} minutes")
        }
        SecretStoreError::NoPlace(cause) => format!("{store} cannot keep it: {cause}"),
        SecretStoreError::Missing => format!("{store} does not have it (any more)"),
        SecretStoreError::Failed(cause) => format!("{store}: {cause}"),
    }
}

fn remedy(key: StoredKey<'_>, error: &SecretStoreError) -> String {
    let profile = shell_word(key.profile);
    let in_file = format!("mfaexec keys store -p {profile} --in file");
    match error {
        SecretStoreError::Unreachable(_) => {
            "log in to the desktop, or start its keyring, such as gnome-keyring-daemon; then try again"
                .to_owned()
        }
        SecretStoreError::Locked(why) if why == NO_INPUT => {
            "unlock the keyring, or leave --no-input out, so that it can ask".to_owned()
        }
        SecretStoreError::Locked(_) => format!("unlock the keyring, then try again: {}", system::UNLOCK),
        SecretStoreError::Unanswered { .. } => {
            "run it again, and enter the password of the keyring".to_owned()
        }
        SecretStoreError::NoPlace(_) => {
            format!("add a default keyring, or keep the key in a file with a passphrase: {in_file}")
        }
        SecretStoreError::Missing => format!(
            "enter the key again: aws configure --profile {profile}, then mfaexec keys store -p \
             {profile}"
        ),
        SecretStoreError::Failed(_) => "try again".to_owned(),
    }
}

pub(super) fn no_passphrase(what: &str, none: NoAnswer) -> Failure {
    Failure {
        error: Error::new(
            what,
            format!("no passphrase was given: {}", none.cause),
            "run it again",
        ),
        by_person: none.by_person,
    }
}
