//! What the cache writes: encrypted, or plain where that was asked for or there is no keyring.

use serde::Serialize;
use zeroize::Zeroizing;

use crate::edge::private_dir::PrivateDir;
use crate::edge::store::cache::{Cache, Keeping};
use crate::edge::store::inventory;
use crate::edge::store::keyring::KeyringError;
use crate::edge::store::opener::{About, plain, plain_name, sealed};
use crate::edge::store::plain_notice::{self, StoreOutcome};
use crate::edge::store::record::{KnownDevice, StoredCaller, StoredSession};
use crate::error::{Error, Result};
use crate::model::session::Session;
use crate::model::source::caller::Caller;
use crate::model::time::Timestamp;

/// The size of the largest session: a token of 16 KB, and all that is beside it.
pub(super) const LARGEST: usize = 20 * 1024;

impl Cache {
    /// Makes sure that a session could be stored, before a code is spent on one.
    ///
    /// # Errors
    /// The directory cannot be written, or encryption was asked for and there is no keyring.
    pub fn check_writable(&self) -> Result<()> {
        if !self.keeps() {
            return Ok(());
        }
        let dir = self.directory()?;
        dir.try_write(LARGEST)?;
        if self.keeping == Keeping::Encrypted {
            let _changing = dir.changing();
            self.key()
                .find_or_make()
                .map_err(|error| no_keyring(&error))?;
        }
        Ok(())
    }

    /// Keeps a session, and sweeps up what is of no use any more.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn store(&self, id: &str, session: &Session, now: Timestamp) -> Result<StoreOutcome> {
        if !self.keeps() {
            return Ok(StoreOutcome::AsRequested);
        }
        let dir = self.directory()?;
        let error = self.write(&dir, id, About::Session, &StoredSession::from(session))?;
        let sealed = error.is_none() && self.keeping != Keeping::Plain;
        inventory::tidy(&dir, &self.opener_of_all(), sealed, now);
        if let Some(error) = error {
            return Ok(plain_notice::plain_outcome(&dir, error));
        }
        if sealed {
            plain_notice::forget(&dir);
        }
        Ok(StoreOutcome::AsRequested)
    }

    /// Keeps a device for an identity.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn store_device(&self, id: &str, device: &KnownDevice) -> Result<()> {
        if self.keeps() {
            self.write(&self.directory()?, id, About::Device, device)?;
        }
        Ok(())
    }

    /// Keeps whose the keys with an identity are.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn store_caller(&self, id: &str, caller: &Caller) -> Result<()> {
        if self.keeps() {
            let stored = StoredCaller::from(caller);
            self.write(&self.directory()?, id, About::Caller, &stored)?;
        }
        Ok(())
    }

    /// Writes a record as requested; the error, if it is in a plain file because of one.
    fn write(
        &self,
        dir: &PrivateDir,
        id: &str,
        about: About,
        record: &impl Serialize,
    ) -> Result<Option<KeyringError>> {
        let json = serde_json::to_vec(record).map(Zeroizing::new);
        let json = json.map_err(|error| cannot_keep(&error.to_string()))?;
        // From the look at the key on: with a key that `clear` takes away now, it would not open.
        let _changing = dir.changing();
        let error = match self.keeping {
            Keeping::Plain | Keeping::Nothing => None,
            Keeping::Auto | Keeping::Encrypted => match self.key().find_or_make() {
                Ok(key) => {
                    let file = sealed(&key, id, about, &json);
                    let (name, content) =
                        file.ok_or_else(|| cannot_keep("it cannot be encrypted"))?;
                    dir.write(&name, &content)?;
                    return Ok(None);
                }
                Err(error) if self.keeping == Keeping::Encrypted => {
                    return Err(no_keyring(&error));
                }
                Err(error) => Some(error),
            },
        };
        let provisional = error.as_ref().is_some_and(|error| error.may_pass);
        dir.write(&plain_name(id, about), &plain(&json, provisional))?;
        Ok(error)
    }
}

fn cannot_keep(cause: &str) -> Error {
    Error::new("cannot keep the session", cause, "use --cache none")
}

fn no_keyring(error: &KeyringError) -> Error {
    Error::new(
        "sessions cannot be kept encrypted",
        &error.cause,
        format!(
            "{}; or leave --cache out to keep them in plain files, or use --cache none",
            error.remedy
        ),
    )
}
