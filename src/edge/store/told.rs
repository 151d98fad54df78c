//! Which trouble of the keyring the user was told, so that each is told once and a new one is news.

use crate::edge::store::keyring::Trouble;
use crate::edge::store::private_dir::PrivateDir;

/// Says why sessions are in plain files.
pub(crate) const TOLD: &str = "plain-files-notice";

/// What a session that was kept has to tell.
#[derive(Debug, PartialEq, Eq)]
pub enum Stored {
    AsWished,
    /// Without encryption, for a reason that is another one than the last time.
    Plain(Trouble),
}

/// Tells a trouble unless it is the one that was told the last time.
pub(crate) fn tell_change(dir: &PrivateDir, trouble: Trouble) -> Stored {
    let told = dir.read(TOLD).ok().flatten();
    if told.is_some_and(|(told, _)| told.as_slice() == trouble.cause.as_bytes()) {
        return Stored::AsWished;
    }
    if let Err(error) = dir.write(TOLD, trouble.cause.as_bytes()) {
        // At worst it is told once more.
        log::debug!("{}", error.summary());
    }
    Stored::Plain(trouble)
}

/// The keyring is back: the next trouble is news again.
pub(crate) fn forget(dir: &PrivateDir) {
    if let Err(error) = dir.remove(TOLD) {
        // At worst it is not told.
        log::debug!("{}", error.summary());
    }
}
