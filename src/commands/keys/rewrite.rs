//! The lines of a key in the files of AWS: taken out when the key is stored, put back when it is not.

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::edge::config_files::{self, path_of};
use crate::edge::replace_file::Replacing;
use crate::error::{Error, Result};
use crate::model::config::{ConfigFile, Edit, FileKind, Profiles};
use crate::model::environment::Environment;
use crate::model::source::key::{
    ACCESS_KEY_ID, SECRET_ACCESS_KEY, STORED_KEY, profiles_with_stored_key,
};

/// In the order in which they are changed. The id of a stored key is written before the key goes, so that
/// a run that is killed in between leaves one of the two.
pub(super) const KINDS: [FileKind; 2] = [FileKind::Config, FileKind::Credentials];

/// What the files say of a profile's key.
pub(super) enum Lines<'a> {
    /// The key is stored: its id, and no half of it.
    Stored { id: &'a str },
    /// The id of a stored key is no longer there.
    NotStored,
    /// The whole key is in the credentials file.
    Whole {
        id: &'a str,
        secret: &'a SecretString,
    },
}

impl Lines<'_> {
    /// What has to change in the file of that kind.
    pub(super) fn edits(&self, files: &Profiles, kind: FileKind, name: &str) -> Vec<Edit> {
        let halves = [ACCESS_KEY_ID, SECRET_ACCESS_KEY];
        match (self, kind) {
            (Self::Stored { id }, FileKind::Config) => {
                // What is removed comes first: what is set may begin at the same place.
                let mut edits = files.remove(kind, name, &halves);
                edits.extend(files.set(kind, name, &[(STORED_KEY, id)]));
                edits
            }
            (Self::Stored { .. }, FileKind::Credentials) => {
                files.remove(kind, name, &[ACCESS_KEY_ID, SECRET_ACCESS_KEY, STORED_KEY])
            }
            (Self::NotStored, _) => files.remove(kind, name, &[STORED_KEY]),
            (Self::Whole { id, secret }, FileKind::Credentials) => {
                let key = [
                    (ACCESS_KEY_ID, *id),
                    (SECRET_ACCESS_KEY, secret.expose_secret()),
                ];
                files.set(kind, name, &key)
            }
            (Self::Whole { .. }, FileKind::Config) => Vec::new(),
        }
    }

    /// Changes the file of that kind, if something has to change in it; whether it did. The old file is
    /// not kept: it has the secret.
    pub(super) fn write(&self, env: &Environment, kind: FileKind, name: &str) -> Result<bool> {
        let file = begin(env, kind)?;
        let files = Profiles::parse(config_files::read(env)?)?;
        let edits = self.edits(&files, kind, name);
        let before = Zeroizing::new(file.content.clone());
        let after = Zeroizing::new(Edit::apply_all(edits, &before));
        if before == after {
            return Ok(false);
        }
        file.replace_without_backup(&after).map_err(in_our_words)?;
        Ok(true)
    }

    /// The profiles as they are going to be.
    pub(super) fn outcome(&self, env: &Environment, name: &str) -> Result<Profiles> {
        let files = Profiles::parse(config_files::read(env)?)?;
        let after = config_files::read(env)?.into_iter().map(|file| ConfigFile {
            bytes: Edit::apply_all(self.edits(&files, file.kind, name), &file.bytes),
            ..file
        });
        Profiles::parse(after.collect())
    }
}

/// Lets every profile of the file that names the stored key `old` name `new`, at once.
pub(super) fn replace_stored(
    env: &Environment,
    kind: FileKind,
    old: &str,
    new: &str,
) -> Result<()> {
    let file = begin(env, kind)?;
    let files = Profiles::parse(config_files::read(env)?)?;
    let names = profiles_with_stored_key(&files, old).into_iter();
    let here = names.filter(|name| files.file_of(name, STORED_KEY) == Some(kind));
    let edits: Vec<Edit> = here
        .flat_map(|name| files.set(kind, &name, &[(STORED_KEY, new)]))
        .collect();
    if edits.is_empty() {
        return Ok(());
    }
    let before = Zeroizing::new(file.content.clone());
    let after = Zeroizing::new(Edit::apply_all(edits, &before));
    file.replace_without_backup(&after).map_err(in_our_words)
}

/// Makes sure that the files can be changed, before anything is.
pub(super) fn check_files(env: &Environment) -> Result<()> {
    for kind in KINDS {
        begin(env, kind)?.check().map_err(in_our_words)?;
    }
    Ok(())
}

fn begin(env: &Environment, kind: FileKind) -> Result<Replacing> {
    Replacing::begin(&path_of(env, kind)?).map_err(in_our_words)
}

fn in_our_words(error: Error) -> Error {
    error.with_remedy("make the file and its directory writable for you, then run it again")
}
