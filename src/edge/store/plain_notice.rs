//! The notice that sessions are in plain files, which a user gets once for each error of the keyring.

use crate::edge::private_dir::PrivateDir;
use crate::edge::store::keyring::KeyringError;

/// The file with the error that the user was told last.
pub(crate) const NOTICE: &str = "plain-files-notice";

/// How a session was kept.
#[derive(Debug, PartialEq, Eq)]
pub enum StoreOutcome {
    AsRequested,
    /// Without encryption, because of an error that is another one than the last time.
    Plain(KeyringError),
}

/// The outcome for a session in a plain file: the error, unless the user was told of it the last time.
pub(crate) fn plain_outcome(dir: &PrivateDir, error: KeyringError) -> StoreOutcome {
    let last = dir.read(NOTICE).ok().flatten();
    if last.is_some_and(|(last, _)| last.as_slice() == error.cause.as_bytes()) {
        return StoreOutcome::AsRequested;
    }
    if let Err(failed) = dir.write(NOTICE, error.cause.as_bytes()) {
        // At worst it is told once more.
        log::debug!("{}", failed.summary());
    }
    StoreOutcome::Plain(error)
}

/// The keyring is back: the user is told of the next error.
pub(crate) fn forget(dir: &PrivateDir) {
    if let Err(error) = dir.remove(NOTICE) {
        // At worst it is not told.
        log::debug!("{}", error.summary());
    }
}
