//! The store of long-term keys: the system's, or a file with a passphrase. Where a key is, and what is
//! said where it cannot be read, put there or deleted.

mod failures;
pub(crate) mod stored_key;

use std::cell::RefCell;
use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};

use crate::edge::config_files::data_directory;
use crate::edge::output::Ui;
use crate::edge::secrets::error::{Presence, SecretStoreError, Unlock};
use crate::edge::secrets::key_files::{KeyFiles, OpenedKey};
use crate::edge::secrets::system;
use crate::edge::store::cache::Cache;
use crate::edge::system::no_window;
use crate::error::Error;
use crate::model::environment::Environment;
use crate::options::SignIn;
use crate::sign_in::ask::passphrase::Asker;
use failures::{NO_INPUT, cause, failure, no_passphrase};

pub(crate) use failures::{Failure, StoredKey};

/// How many passphrases a person may get wrong in one run.
const MOST_TRIES: u32 = 3;

/// Where keys can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    System,
    /// A file that a passphrase opens.
    File,
}

impl Place {
    /// For people, whichever key it is.
    pub(crate) fn in_words(self) -> &'static str {
        match self {
            Self::System => system::NAME,
            Self::File => "a file with a passphrase",
        }
    }
}

pub(crate) struct KeyStore<'a> {
    env: &'a Environment,
    sign_in: &'a SignIn,
    cache: &'a Cache,
    ui: Ui,
    files: KeyFiles,
    /// The one that has opened a file in this run.
    passphrase: RefCell<Option<SecretString>>,
}

impl<'a> KeyStore<'a> {
    /// # Errors
    /// There is no home directory.
    pub(crate) fn new(
        env: &'a Environment,
        sign_in: &'a SignIn,
        cache: &'a Cache,
        ui: Ui,
    ) -> Result<Self, Error> {
        let files = KeyFiles::below(&data_directory(env)?);
        Ok(Self {
            env,
            sign_in,
            cache,
            ui,
            files,
            passphrase: RefCell::default(),
        })
    }

    /// Where a stored key is. A file comes first: who has made one has found no other store.
    pub(crate) fn place_of(&self, id: &str) -> Result<Place, Error> {
        Ok(match self.files.has(id)? {
            true => Place::File,
            false => Place::System,
        })
    }

    /// The file that a key would have.
    pub(crate) fn path(&self, id: &str) -> PathBuf {
        self.files.path(id)
    }

    /// What people call a place.
    pub(crate) fn name(&self, place: Place, id: &str) -> String {
        match place {
            Place::System => system::NAME.to_owned(),
            Place::File => self.path(id).display().to_string(),
        }
    }

    /// What is known of keys in the system's store, without a question.
    ///
    /// # Errors
    /// Why it cannot be reached; in words.
    pub(crate) fn look(&self, ids: &[&str]) -> Result<Vec<Presence>, String> {
        system::look(ids).map_err(|error| cause(&error))
    }

    /// Reads the secret of a key; a person may be asked to unlock the store.
    pub(crate) fn read(&self, key: StoredKey<'_>) -> Result<SecretString, Failure> {
        let what = format!(
            "the key {} of profile {} cannot be read",
            key.id, key.profile
        );
        match self.place_of(key.id)? {
            Place::System => {
                log::info!("reading the key {} from {}", key.id, system::NAME);
                let read = self.unlocking(|unlock| system::read(key.id, unlock));
                read.map_err(|error| failure(&what, key, &error))
            }
            Place::File => self.read_file(&what, key),
        }
    }

    /// The secret of a key that may be missing in its place.
    pub(crate) fn find(
        &self,
        place: Place,
        key: StoredKey<'_>,
    ) -> Result<Option<SecretString>, Failure> {
        let is_there = match place {
            Place::File => self.files.has(key.id)?,
            Place::System => {
                let read = self.unlocking(|unlock| system::read(key.id, unlock));
                !matches!(read, Err(SecretStoreError::Missing))
            }
        };
        is_there.then(|| self.read(key)).transpose()
    }

    fn read_file(&self, what: &str, key: StoredKey<'_>) -> Result<SecretString, Failure> {
        log::info!("reading {}", self.path(key.id).display());
        let known = self.passphrase.borrow().clone();
        if let Some(passphrase) = known
            && let OpenedKey::Secret(secret) = self.files.read(key.id, &passphrase)?
        {
            return Ok(secret);
        }
        let mut asker = self.asker(what, key)?;
        let mut problem = None;
        for _ in 0..MOST_TRIES {
            let passphrase = asker.ask(problem);
            let passphrase = passphrase.map_err(|none| no_passphrase(what, none))?;
            match self.files.read(key.id, &passphrase)? {
                OpenedKey::Secret(secret) => {
                    self.passphrase.replace(Some(passphrase));
                    return Ok(secret);
                }
                OpenedKey::WrongPassphrase => problem = Some("that is not the passphrase"),
            }
        }
        let cause = format!("{MOST_TRIES} passphrases were wrong");
        let error = Error::new(what, cause, "run it again with the right one");
        Err(Failure {
            error,
            by_person: true,
        })
    }

    /// Puts a key there, and reads it back before it says that it is there.
    pub(crate) fn put(
        &self,
        place: Place,
        key: StoredKey<'_>,
        secret: &SecretString,
    ) -> Result<(), Failure> {
        let what = format!(
            "the key {} of profile {} was not stored",
            key.id, key.profile
        );
        let back = match place {
            Place::System => {
                let label = format!("mfaexec: key {} of {}", key.id, key.profile);
                let back = self.unlocking(|unlock| {
                    system::write(key.id, &label, secret, unlock)?;
                    system::read(key.id, unlock)
                });
                back.map_err(|error| failure(&what, key, &error))?
            }
            Place::File => {
                let passphrase = self.new_passphrase(&what, key)?;
                self.files.write(key.id, secret, &passphrase)?;
                match self.files.read(key.id, &passphrase)? {
                    OpenedKey::Secret(back) => back,
                    OpenedKey::WrongPassphrase => SecretString::from(""),
                }
            }
        };
        if back.expose_secret() != secret.expose_secret() {
            let cause = format!("{} gave back another secret", self.name(place, key.id));
            return Err(
                Error::new(what, cause, "try again, or choose another store with --in").into(),
            );
        }
        if place == Place::System && self.files.delete(key.id)? {
            log::info!("deleted {}", self.path(key.id).display());
        }
        Ok(())
    }

    /// That of the key before it, if this run has one; else a new one.
    fn new_passphrase(&self, what: &str, key: StoredKey<'_>) -> Result<SecretString, Failure> {
        if let Some(known) = self.passphrase.borrow().clone() {
            return Ok(known);
        }
        let asked = self.asker(what, key)?.ask_new();
        asked.map_err(|none| no_passphrase(what, none))
    }

    /// Deletes a key; whether it was there.
    pub(crate) fn delete(&self, key: StoredKey<'_>) -> Result<bool, Failure> {
        match self.place_of(key.id)? {
            Place::File => Ok(self.files.delete(key.id)?),
            Place::System => match self.unlocking(|unlock| system::delete(key.id, unlock)) {
                Ok(()) => Ok(true),
                Err(SecretStoreError::Missing) => Ok(false),
                Err(error) => {
                    let what = format!("the key {} was not deleted", key.id);
                    Err(failure(&what, key, &error))
                }
            },
        }
    }

    /// The error of a key that is not where it should be.
    pub(crate) fn missing(&self, key: StoredKey<'_>) -> Error {
        let what = format!("the key {} of profile {} is gone", key.id, key.profile);
        failure(&what, key, &SecretStoreError::Missing).error
    }

    /// Lets the system ask the person where someone could answer.
    fn unlocking<T>(&self, call: impl FnOnce(&Unlock<'_>) -> T) -> T {
        let no_window = no_window(self.env);
        let no_window =
            no_window.map(|cause| format!("no window can ask for its password: {cause}"));
        let tell = || {
            self.ui
                .notice("waiting for the keyring to be unlocked in its window")
        };
        call(&match (self.sign_in.no_input, &no_window) {
            (true, _) => Unlock::Never(NO_INPUT),
            (false, Some(cause)) => Unlock::Never(cause),
            (false, None) => Unlock::Ask(&tell),
        })
    }

    fn asker(&self, what: &str, key: StoredKey<'_>) -> Result<Asker, Error> {
        let of = format!("the key {} of {}", key.id, key.profile);
        Asker::find(self.env, self.sign_in, self.cache, self.ui, of, |cause| {
            Error::new(
                what,
                format!("its passphrase is needed, and mfaexec cannot ask for it: {cause}"),
                "run it on a terminal, or name a dialog, such as --prompt pinentry",
            )
        })
    }
}
