//! Long-term keys in files that a passphrase opens, where the system has no store of secrets: a file for
//! each key, in the format of age, which `age --decrypt` opens without mfaexec.

use std::fs::File;
use std::path::{Path, PathBuf};

use age::scrypt::{Identity, Recipient};
use age::{DecryptError, decrypt, encrypt};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::edge::private_dir::PrivateDir;
use crate::edge::private_dir::trust::unusable;
use crate::error::{Error, Result};

/// How much work a passphrase takes, as a power of two: a second, and 256 MB of memory. It is what age
/// itself takes; measuring anew each time would make it small on a busy machine.
const WORK: u8 = 18;
/// More than that would keep a machine busy for minutes.
const MOST_WORK: u8 = 22;
const SUFFIX: &str = ".age";

/// The directory of the files.
#[derive(Debug)]
pub(crate) struct KeyFiles(PathBuf);

/// What is in a file. The id tells that it was not put in the place of another one.
#[derive(Serialize, Deserialize)]
struct Content {
    aws_access_key_id: String,
    aws_secret_access_key: Zeroizing<String>,
}

/// What comes of a passphrase.
#[derive(Debug)]
pub(crate) enum OpenedKey {
    Secret(SecretString),
    WrongPassphrase,
}

impl KeyFiles {
    /// `data` is the directory for what mfaexec keeps for good.
    pub(crate) fn below(data: &Path) -> Self {
        Self(data.join("keys"))
    }

    pub(crate) fn path(&self, id: &str) -> PathBuf {
        self.0.join(format!("{id}{SUFFIX}"))
    }

    /// Whether there is a file for the key. Its passphrase is not asked for.
    ///
    /// # Errors
    /// The directory cannot be trusted.
    pub(crate) fn has(&self, id: &str) -> Result<bool> {
        let directory = PrivateDir::open(&self.0).map_err(|error| self.unusable(error))?;
        let name = format!("{id}{SUFFIX}");
        Ok(directory.is_some_and(|directory| directory.look(&name).is_some()))
    }

    /// Writes the file of a key, and makes sure that it is on the disk.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn write(
        &self,
        id: &str,
        secret: &SecretString,
        passphrase: &SecretString,
    ) -> Result<()> {
        let failed = || {
            Error::new(
                format!("cannot write {}", self.path(id).display()),
                "it cannot be encrypted",
                "try again",
            )
        };
        let content = Content {
            aws_access_key_id: id.to_owned(),
            aws_secret_access_key: Zeroizing::new(secret.expose_secret().to_owned()),
        };
        let content = serde_json::to_vec(&content).map(Zeroizing::new);
        let content = content.map_err(|_| failed())?;
        let mut recipient = Recipient::new(passphrase.clone());
        recipient.set_work_factor(WORK);
        let sealed = encrypt(&recipient, &content).map_err(|_| failed())?;
        let directory = PrivateDir::create(&self.0).map_err(|error| self.unusable(error))?;
        let written = directory.write_durably(&format!("{id}{SUFFIX}"), &sealed);
        written.map_err(|error| self.unusable(error))?;
        // The directory itself may be new.
        for above in self.0.ancestors().skip(1).take(2) {
            let synced = File::open(above).and_then(|above| above.sync_all());
            synced.map_err(|error| self.unusable(unusable(above, &error.to_string())))?;
        }
        Ok(())
    }

    /// Opens the file of a key with its passphrase.
    ///
    /// # Errors
    /// There is none, or it is none of mfaexec's.
    pub(crate) fn read(&self, id: &str, passphrase: &SecretString) -> Result<OpenedKey> {
        let broken = |cause: &str| {
            let path = self.path(id);
            let path = path.display();
            Error::new(
                format!("cannot read the key in {path}"),
                cause,
                format!(
                    "restore the file from a backup, or get a new key in IAM and store that: rm {path}"
                ),
            )
        };
        let directory = PrivateDir::open(&self.0).map_err(|error| self.unusable(error))?;
        let file = directory.map(|directory| directory.read(&format!("{id}{SUFFIX}")));
        let file = file.transpose().map_err(|error| self.unusable(error))?;
        let Some((sealed, _)) = file.flatten() else {
            return Err(broken("the file is gone"));
        };
        let mut identity = Identity::new(passphrase.clone());
        identity.set_max_work_factor(MOST_WORK);
        let content = match decrypt(&identity, &sealed) {
            Ok(content) => Zeroizing::new(content),
            Err(DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed) => {
                return Ok(OpenedKey::WrongPassphrase);
            }
            // age's own words would bring its translations with them.
            Err(_) => return Err(broken("it is no file of age that a passphrase opens")),
        };
        match serde_json::from_slice::<Content>(&content) {
            Ok(content) if content.aws_access_key_id == id => Ok(OpenedKey::Secret(
                SecretString::from(content.aws_secret_access_key.as_str()),
            )),
            Ok(_) => Err(broken("another key is in it")),
            Err(_) => Err(broken("there is no key in it")),
        }
    }

    /// Deletes the file of a key; whether there was one.
    ///
    /// # Errors
    /// It is there and stays.
    pub(crate) fn delete(&self, id: &str) -> Result<bool> {
        let directory = PrivateDir::open(&self.0).map_err(|error| self.unusable(error))?;
        match directory {
            Some(directory) => directory.remove(&format!("{id}{SUFFIX}")),
            None => Ok(false),
        }
    }

    /// The same error with what helps here. The directory is not the cache's.
    fn unusable(&self, error: Error) -> Error {
        error.with_remedy(&format!(
            "mend {}, or set XDG_DATA_HOME to another directory",
            self.0.display()
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passphrase_opens_what_it_has_closed() {
        let data = tempfile::tempdir().unwrap();
        let files = KeyFiles::below(data.path());
        let secret = |text: &str| SecretString::from(text);
        let id = "AKIAIOSFODNN7EXAMPLE";
        assert!(!files.has(id).unwrap() && !files.delete(id).unwrap());
        assert!(files.read(id, &secret("right")).is_err());

        files
            .write(id, &secret("s3cret"), &secret("right"))
            .unwrap();
        assert!(files.has(id).unwrap());
        match files.read(id, &secret("right")).unwrap() {
            OpenedKey::Secret(read) => assert_eq!(read.expose_secret(), "s3cret"),
            OpenedKey::WrongPassphrase => panic!("it is the right one"),
        }
        let other = files.read(id, &secret("wrong")).unwrap();
        assert!(matches!(other, OpenedKey::WrongPassphrase));

        // A file under the name of another key.
        let other = "AKIAI44QH8DHBEXAMPLE";
        std::fs::rename(files.path(id), files.path(other)).unwrap();
        let error = files.read(other, &secret("right")).unwrap_err();
        assert!(error.summary().contains("another key"), "{error}");
        assert!(files.delete(other).unwrap() && !files.has(other).unwrap());
    }
}
