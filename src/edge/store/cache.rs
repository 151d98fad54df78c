//! Sessions between runs: one small file each, encrypted with a key that only the running system
//! has. What cannot be read is a miss, never an error that stops a run; what others could have
//! touched is refused.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::edge::store::cache_key::KeyPlace;
use crate::edge::store::inventory::{self, Cleared, Found, Kept, usable};
use crate::edge::store::keyring::Trouble;
use crate::edge::store::opener::{About, Opener, Read, plain, plain_name, sealed};
use crate::edge::store::private_dir::PrivateDir;
use crate::edge::store::record::{Device, StoredCaller, StoredSession};
use crate::edge::store::told::{self, Stored};
use crate::error::{Error, Result};
use crate::model::session::Session;
use crate::model::session::validate::is_serial;
use crate::model::source::caller::Caller;
use crate::model::time::Timestamp;

/// The size of the largest session: a token of 16 KB, and all that is beside it.
pub(super) const LARGEST: usize = 20 * 1024;

/// How sessions are to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    /// Encrypted, or plain where no keyring can be had.
    Auto,
    /// Encrypted or not at all.
    Encrypted,
    Plain,
    /// Not at all.
    Nothing,
}

/// The sessions of one user.
#[derive(Debug)]
pub struct Cache {
    path: PathBuf,
    keeping: Keeping,
}

impl Cache {
    /// The cache in the directory `path`, which need not exist.
    pub fn new(path: PathBuf, keeping: Keeping) -> Self {
        Self { path, keeping }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether sessions outlive a run.
    pub fn keeps(&self) -> bool {
        self.keeping != Keeping::Nothing
    }

    /// Opens the directory, making it if need be.
    ///
    /// # Errors
    /// It cannot be trusted or made.
    pub fn directory(&self) -> Result<PrivateDir> {
        PrivateDir::create(&self.path)
    }

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

    /// The session with this identity, if one is cached; ended ones included.
    ///
    /// # Errors
    /// The directory or the file cannot be trusted.
    pub fn session(&self, id: &str) -> Result<Option<Session>> {
        let stored = self.look_up::<StoredSession>(id, About::Session)?;
        Ok(stored.and_then(|stored| usable(stored.into(), now())))
    }

    /// The device that was found for an identity earlier.
    ///
    /// # Errors
    /// The directory or the file cannot be trusted.
    pub fn device(&self, id: &str) -> Result<Option<Device>> {
        let device = self.look_up::<Device>(id, About::Device)?;
        Ok(device.filter(|device| is_serial(&device.serial)))
    }

    /// Whose the keys with an identity are, as was found earlier.
    ///
    /// # Errors
    /// The directory or the file cannot be trusted.
    pub fn caller(&self, id: &str) -> Result<Option<Caller>> {
        let stored = self.look_up::<StoredCaller>(id, About::Caller)?;
        Ok(stored.map(Caller::from))
    }

    fn look_up<T: DeserializeOwned>(&self, id: &str, about: About) -> Result<Option<T>> {
        if !self.keeps() {
            return Ok(None);
        }
        let Some(dir) = PrivateDir::open(&self.path)? else {
            return Ok(None);
        };
        let opener = self.opener(&dir, id, about);
        let Some(name) = opener.name(id, about) else {
            return Ok(None);
        };
        match opener.read(&dir, &name)? {
            Read::Nothing => Ok(None),
            Read::Broken(seen) => {
                inventory::remove(&dir, &[(name, seen)]);
                Ok(None)
            }
            Read::Record(opened) => Ok(Some(opened.record)),
        }
    }

    /// What a run opens the file with this identity with. A plain file, which anyone can have made
    /// who could write the disk, counts where that was asked for or the keyring cannot be used.
    fn opener(&self, dir: &PrivateDir, id: &str, about: About) -> Opener {
        if self.keeping == Keeping::Plain {
            return Opener::new(None, true);
        }
        let auto = self.keeping == Keeping::Auto;
        let key = match self.key().find() {
            // A full keyring has no key, and takes none. Whether it is full is seen by trying.
            Ok(None) if auto && dir.look(&plain_name(id, about)).is_some() => {
                let _changing = dir.changing();
                self.key().find_or_make().map(Some)
            }
            found => found,
        };
        match key {
            Ok(key) => Opener::new(key, false),
            Err(trouble) => {
                log::debug!("nothing can be decrypted now: {}", trouble.cause);
                Opener::new(None, auto)
            }
        }
    }

    /// What opens all that can be read here in any way.
    fn opener_of_all(&self) -> Opener {
        let key = self.key().find();
        Opener::new(key.unwrap_or_default(), true)
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

    /// Forgets a device, as it turned out to be the wrong one.
    pub fn forget_device(&self, id: &str) {
        if let Ok(Some(dir)) = PrivateDir::open(&self.path)
            && let Some(name) = self.opener(&dir, id, About::Device).name(id, About::Device)
            && let Err(error) = dir.remove(&name)
        {
            log::debug!("{}", error.summary());
        }
    }

    /// All sessions that can be read here, ended ones included.
    ///
    /// # Errors
    /// The directory cannot be trusted or read.
    pub fn sessions(&self) -> Result<Found> {
        let Some(dir) = PrivateDir::open(&self.path)? else {
            return Ok(Found::default());
        };
        let found = inventory::all(&dir, &self.opener_of_all(), now())?;
        inventory::remove_broken(&dir, &found);
        Ok(found)
    }

    /// Forgets those of the sessions that `chosen` picks, and gives them back; what cannot be read
    /// here stays, and is told.
    ///
    /// # Errors
    /// The directory cannot be trusted or read, or a session cannot be removed.
    pub fn clear(&self, chosen: impl Fn(&Kept) -> bool) -> Result<Found> {
        let Some(dir) = PrivateDir::open(&self.path)? else {
            return Ok(Found::default());
        };
        let mut found = inventory::all(&dir, &self.opener_of_all(), now())?;
        found.sessions.retain(chosen);
        let _changing = dir.changing();
        for kept in &found.sessions {
            // One that was put in its place meanwhile is newer than this wish.
            dir.remove_seen(&kept.name, &kept.seen)?;
        }
        Ok(found)
    }

    /// Forgets everything: also what cannot be read or trusted, what other places have sealed that
    /// share this directory, what a killed run was writing, and the key. A user who says `clear` wants
    /// nothing to be left. Only locks stay that others hold just now; they hold no secret.
    ///
    /// # Errors
    /// The directory cannot be trusted or read.
    pub fn clear_all(&self) -> Result<Cleared> {
        let Some(dir) = PrivateDir::open(&self.path)? else {
            return Ok(Cleared::default());
        };
        let _changing = dir.changing();
        let cleared = inventory::clear_all(&dir, &self.opener_of_all(), now())?;
        self.key().forget();
        Ok(cleared)
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

    pub(super) fn key(&self) -> KeyPlace {
        KeyPlace::of(&self.path)
    }
}

fn now() -> Timestamp {
    Timestamp::from(SystemTime::now())
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
