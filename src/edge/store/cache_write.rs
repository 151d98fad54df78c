//! What the cache writes: encrypted, or plain where that was asked for or there is no keyring.

use serde::Serialize;
use zeroize::Zeroizing;

use crate::edge::store::cache::{Cache, Keeping};
use crate::edge::store::inventory;
use crate::edge::store::keyring::Trouble;
use crate::edge::store::opener::{About, plain, plain_name, sealed};
use crate::edge::store::private_dir::PrivateDir;
use crate::edge::store::record::{Device, StoredCaller, StoredSession};
use crate::edge::store::told::{self, Stored};
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
                .map_err(|trouble| no_keyring(&trouble))?;
        }
        Ok(())
    }

    /// Keeps a session, and sweeps up what is of no use any more.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn store(&self, id: &str, session: &Session, now: Timestamp) -> Result<Stored> {
        if !self.keeps() {
            return Ok(Stored::AsWished);
        }
        let dir = self.directory()?;
        let trouble = self.write(&dir, id, About::Session, &StoredSession::from(session))?;
        let sealed = trouble.is_none() && self.keeping != Keeping::Plain;
        inventory::tidy(&dir, &self.opener_of_all(), sealed, now);
        if let Some(trouble) = trouble {
            return Ok(told::tell_change(&dir, trouble));
        }
        if sealed {
            told::forget(&dir);
        }
        Ok(Stored::AsWished)
    }

    /// Keeps a device for an identity.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn store_device(&self, id: &str, device: &Device) -> Result<()> {
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

    /// Writes a record as is wished; the trouble, if it is in plain because of one.
    fn write(
        &self,
        dir: &PrivateDir,
        id: &str,
        about: About,
        record: &impl Serialize,
    ) -> Result<Option<Trouble>> {
        let json = serde_json::to_vec(record).map(Zeroizing::new);
        let json = json.map_err(|error| cannot_keep(&error.to_string()))?;
        // From the look at the key on: with a key that `clear` takes away now, it would not open.
        let _changing = dir.changing();
        let trouble = match self.keeping {
            Keeping::Plain | Keeping::Nothing => None,
            Keeping::Auto | Keeping::Encrypted => match self.key().find_or_make() {
                Ok(key) => {
                    let file = sealed(&key, id, about, &json);
                    let (name, content) =
                        file.ok_or_else(|| cannot_keep("it cannot be encrypted"))?;
                    dir.write(&name, &content)?;
                    return Ok(None);
                }
                Err(trouble) if self.keeping == Keeping::Encrypted => {
                    return Err(no_keyring(&trouble));
                }
                Err(trouble) => Some(trouble),
            },
        };
        let provisional = trouble.as_ref().is_some_and(|trouble| trouble.may_pass);
        dir.write(&plain_name(id, about), &plain(&json, provisional))?;
        Ok(trouble)
    }
}

fn cannot_keep(cause: &str) -> Error {
    Error::new("cannot keep the session", cause, "use --cache none")
}

fn no_keyring(trouble: &Trouble) -> Error {
    Error::new(
        "sessions cannot be kept encrypted",
        &trouble.cause,
        format!(
            "{}; or leave --cache out to keep them in plain files, or use --cache none",
            trouble.remedy
        ),
    )
}
