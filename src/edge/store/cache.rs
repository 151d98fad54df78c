//! Sessions between runs: one small file each, encrypted with a key that only the running system
//! has. What cannot be read is a miss, never an error that stops a run; what others could have
//! touched is refused.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::de::DeserializeOwned;

use crate::edge::private_dir::PrivateDir;
use crate::edge::store::cache_key::KeyPlace;
use crate::edge::store::inventory::{self, Cleared, Found, Kept, usable};
use crate::edge::store::opener::{About, Opener, Read, plain_name};
use crate::edge::store::record::{KnownDevice, StoredCaller, StoredSession};
use crate::error::Result;
use crate::model::session::Session;
use crate::model::session::validate::is_serial;
use crate::model::source::caller::Caller;
use crate::model::time::Timestamp;

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
    pub(super) keeping: Keeping,
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
    pub fn device(&self, id: &str) -> Result<Option<KnownDevice>> {
        let device = self.look_up::<KnownDevice>(id, About::Device)?;
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
            Err(error) => {
                log::debug!("nothing can be decrypted now: {}", error.cause);
                Opener::new(None, auto)
            }
        }
    }

    /// What opens all that can be read here in any way.
    pub(super) fn opener_of_all(&self) -> Opener {
        let key = self.key().find();
        Opener::new(key.unwrap_or_default(), true)
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
            // One that was put in its place meanwhile is newer than this request.
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

    pub(super) fn key(&self) -> KeyPlace {
        KeyPlace::of(&self.path)
    }
}

fn now() -> Timestamp {
    Timestamp::from(SystemTime::now())
}
