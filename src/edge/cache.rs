//! Sessions between runs: one small file each, encrypted with a key that only the running system
//! has. What cannot be read is a miss, never an error that stops a run; what others could have
//! touched is refused.

use std::path::{Path, PathBuf};

use ring::rand::{SecureRandom, SystemRandom};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::files::{PrivateDir, TEMPORARY};
use super::keyring::{self, CacheKey};
use super::record::{Device, StoredSession};
use super::seal::{seal, unseal};
use crate::error::{Error, Result};
use crate::model::session::{Session, Timestamp, digest_of};

/// What a file begins with: format 1, encrypted or plain.
const ENCRYPTED: &[u8; 5] = b"MFX1e";
const PLAIN: &[u8; 5] = b"MFX1p";
/// The files of sessions, and of devices that were looked up.
const SESSION: &str = ".session";
const DEVICE: &str = ".device";
/// Seconds that an ended session is kept, to tell when it ended.
const REMEMBER_ENDED: u64 = 24 * 3600;
/// Says that the user was told about plain files.
const TOLD: &str = "plain-files-notice";

/// How sessions are to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    /// Encrypted, or plain where no keyring can be had.
    Auto,
    /// Encrypted or not at all.
    Encrypted,
    /// Plain.
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

/// What [`Cache::store`] has to tell.
#[derive(Debug, PartialEq, Eq)]
pub enum Stored {
    /// Nothing.
    AsWished,
    /// Without encryption, for this reason, said for the first time.
    PlainForTheFirstTime(String),
}

impl Cache {
    /// The cache in the directory `path`, which need not exist.
    #[must_use]
    pub fn new(path: PathBuf, keeping: Keeping) -> Self {
        Self { path, keeping }
    }

    /// Its directory.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether sessions outlive a run.
    #[must_use]
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
        dir.write("probe", &[0; 4096])?;
        dir.remove("probe");
        if self.keeping == Keeping::Encrypted {
            self.cache_key(&dir).map_err(|cause| no_keyring(&cause))?;
        }
        Ok(())
    }

    /// The session with this identity, if one is at hand; ended ones included.
    ///
    /// # Errors
    /// The directory or the file cannot be trusted.
    pub fn session(&self, id: &str) -> Result<Option<Session>> {
        if !self.keeps() {
            return Ok(None);
        }
        let Some(dir) = PrivateDir::open(&self.path)? else {
            return Ok(None);
        };
        Ok(self
            .read::<StoredSession>(&dir, &format!("{id}{SESSION}"))?
            .map(Session::from))
    }

    /// The device that was found for an identity earlier.
    ///
    /// # Errors
    /// The directory or the file cannot be trusted.
    pub fn device(&self, id: &str) -> Result<Option<Device>> {
        if !self.keeps() {
            return Ok(None);
        }
        let Some(dir) = PrivateDir::open(&self.path)? else {
            return Ok(None);
        };
        self.read(&dir, &format!("{id}{DEVICE}"))
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
        let stored = self.write(
            &dir,
            &format!("{id}{SESSION}"),
            &StoredSession::from(session),
        )?;
        dir.sweep(i64::try_from(now.0).unwrap_or(i64::MAX));
        // Another file that cannot be trusted is no reason to call this one lost.
        for (name, old) in self.all(&dir).unwrap_or_default() {
            if old.expires_at.until(now) > REMEMBER_ENDED {
                dir.remove(&name);
            }
        }
        Ok(stored)
    }

    /// Keeps a device for an identity.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn store_device(&self, id: &str, device: &Device) -> Result<()> {
        if self.keeps() {
            self.write(&self.directory()?, &format!("{id}{DEVICE}"), device)?;
        }
        Ok(())
    }

    /// Forgets a device, as it turned out to be the wrong one.
    pub fn forget_device(&self, id: &str) {
        if let Ok(Some(dir)) = PrivateDir::open(&self.path) {
            dir.remove(&format!("{id}{DEVICE}"));
        }
    }

    /// All sessions at hand, ended ones included.
    ///
    /// # Errors
    /// The directory or a file cannot be trusted.
    pub fn sessions(&self) -> Result<Vec<Session>> {
        let Some(dir) = PrivateDir::open(&self.path)? else {
            return Ok(Vec::new());
        };
        Ok(self
            .all(&dir)?
            .into_iter()
            .map(|(_, session)| session)
            .collect())
    }

    /// Forgets the sessions that `chosen` picks, and gives them back.
    ///
    /// # Errors
    /// The directory or a file cannot be trusted.
    pub fn clear(&self, chosen: impl Fn(&Session) -> bool) -> Result<Vec<Session>> {
        let Some(dir) = PrivateDir::open(&self.path)? else {
            return Ok(Vec::new());
        };
        let mut cleared = Vec::new();
        for (name, session) in self.all(&dir)? {
            if chosen(&session) && dir.remove(&name) {
                cleared.push(session);
            }
        }
        Ok(cleared)
    }

    /// Forgets everything: what cannot be read or trusted, what a killed run was writing, and the
    /// key as well. Locks stay: others may hold them just now, and they hold no secret.
    ///
    /// # Errors
    /// The directory cannot be trusted or read.
    pub fn clear_all(&self) -> Result<Vec<Session>> {
        let Some(dir) = PrivateDir::open(&self.path)? else {
            return Ok(Vec::new());
        };
        // What cannot be read is removed below with the rest.
        let cleared = dir
            .names(SESSION)?
            .iter()
            .filter_map(|name| self.read::<StoredSession>(&dir, name).ok().flatten())
            .map(Session::from)
            .collect();
        for name in dir.names("")? {
            let ours = [SESSION, DEVICE, TOLD]
                .iter()
                .any(|end| name.ends_with(end));
            if ours || name.starts_with(TEMPORARY) {
                dir.remove(&name);
            }
        }
        keyring::forget(&self.key_description());
        Ok(cleared)
    }

    fn all(&self, dir: &PrivateDir) -> Result<Vec<(String, Session)>> {
        let mut sessions = Vec::new();
        for name in dir.names(SESSION)? {
            if let Some(stored) = self.read::<StoredSession>(dir, &name)? {
                sessions.push((name, stored.into()));
            }
        }
        Ok(sessions)
    }

    /// Reads a record. One that can't be made sense of is as good as none and is removed: a
    /// changed byte, a key that the kernel has forgotten, a format of another version.
    fn read<T: for<'a> Deserialize<'a>>(&self, dir: &PrivateDir, name: &str) -> Result<Option<T>> {
        let Some(content) = dir.read(name)?.map(Zeroizing::new) else {
            return Ok(None);
        };
        let opened = match content.split_first_chunk() {
            Some((ENCRYPTED, sealed)) if self.keeping != Keeping::Plain => {
                match keyring::find(&self.key_description()) {
                    Ok(key) => key.and_then(|key| unseal(&key, name, sealed)),
                    // The keyring may be back at the next run: keep the file.
                    Err(error) => {
                        tracing::debug!("{name} cannot be decrypted now: {error}");
                        return Ok(None);
                    }
                }
            }
            Some((PLAIN, json)) if self.keeping != Keeping::Encrypted => {
                Some(Zeroizing::new(json.to_vec()))
            }
            // Kept another way than is wished for: not to be used, but not broken either.
            Some((ENCRYPTED | PLAIN, _)) => return Ok(None),
            _ => None,
        };
        let record = opened.and_then(|json| serde_json::from_slice(&json).ok());
        if record.is_none() {
            tracing::debug!("{name} is of no use any more and is removed");
            dir.remove(name);
        }
        Ok(record)
    }

    fn write(&self, dir: &PrivateDir, name: &str, record: &impl Serialize) -> Result<Stored> {
        let json = serde_json::to_vec(record).map(Zeroizing::new);
        let json = json.map_err(|error| {
            Error::new(
                "cannot keep the session",
                error.to_string(),
                "use --cache none",
            )
        })?;
        if self.keeping != Keeping::Plain {
            match self.cache_key(dir) {
                Ok(key) => {
                    let sealed = seal(&key, name, &json).ok_or_else(cannot_encrypt)?;
                    dir.write(name, &[ENCRYPTED.as_slice(), &sealed].concat())?;
                    return Ok(Stored::AsWished);
                }
                Err(cause) if self.keeping == Keeping::Encrypted => return Err(no_keyring(&cause)),
                Err(cause) => {
                    dir.write(name, &Zeroizing::new([PLAIN, json.as_slice()].concat()))?;
                    return self.tell_once(dir, cause);
                }
            }
        }
        dir.write(name, &Zeroizing::new([PLAIN, json.as_slice()].concat()))?;
        Ok(Stored::AsWished)
    }

    fn tell_once(&self, dir: &PrivateDir, cause: String) -> Result<Stored> {
        if dir.read(TOLD)?.is_some() {
            return Ok(Stored::AsWished);
        }
        // At worst it is told once more.
        let _full = dir.write(TOLD, &[]);
        Ok(Stored::PlainForTheFirstTime(cause))
    }

    /// The key, made now if there is none. Two that make it at once would replace each other's:
    /// hence the lock and the second look.
    fn cache_key(&self, dir: &PrivateDir) -> std::result::Result<CacheKey, String> {
        let description = self.key_description();
        if let Some(key) = keyring::find(&description)? {
            keyring::renew(&description);
            return Ok(key);
        }
        let lock = dir.lock_file("key.lock").map_err(|error| error.summary())?;
        lock.lock().map_err(|error| error.to_string())?;
        if let Some(key) = keyring::find(&description)? {
            return Ok(key);
        }
        let mut key: CacheKey = Zeroizing::new([0; 32]);
        SystemRandom::new()
            .fill(&mut *key)
            .map_err(|_| "no random numbers".to_owned())?;
        keyring::create(&description, &key)?;
        keyring::find(&description)?.ok_or_else(|| "the keyring lost the key".to_owned())
    }

    /// Each directory has a key of its own, so that forgetting one leaves the others alone.
    fn key_description(&self) -> String {
        let path = self.path.to_string_lossy();
        format!("mfaexec:{}", &digest_of("cache-key", &[&path])[..32])
    }
}

fn cannot_encrypt() -> Error {
    Error::new(
        "cannot keep the session",
        "it cannot be encrypted",
        "use --cache none",
    )
}

fn no_keyring(cause: &str) -> Error {
    Error::new(
        "sessions cannot be kept encrypted",
        cause,
        "leave --cache out to keep them in plain files, or use --cache none",
    )
}
