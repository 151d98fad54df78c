//! A key that is in the files of AWS.

use super::place::Home;
use crate::edge::config_files;
use crate::edge::replace_file::Replacing;
use crate::edge::rotation_record::KeptRecord;
use crate::error::{Error, Result};
use crate::model::config::{Edit, FileKind, PlaceOfKey, Profiles};
use crate::model::environment::Environment;
use crate::model::rotation::NewKey;
use crate::model::rotation::record::Secret;
use crate::model::source::key::LongTermKey;

use secrecy::ExposeSecret;

/// The two files of AWS. All profiles that have the key get the new one.
pub(in crate::commands::keys) struct KeyInFiles<'a> {
    env: &'a Environment,
    key: String,
    places: Vec<PlaceOfKey>,
}

impl<'a> KeyInFiles<'a> {
    /// # Errors
    /// The files cannot be read, or do not have the key.
    pub(in crate::commands::keys) fn of_key(
        env: &'a Environment,
        key: &LongTermKey,
    ) -> Result<Self> {
        let profiles = Profiles::parse(config_files::read(env)?)?;
        let places = profiles.places_of_key(&key.access_key_id);
        if places.is_empty() {
            return Err(Error::new(
                format!("cannot find the key {} in the files", key.access_key_id),
                format!("it was at {}", key.place),
                "run it again",
            ));
        }
        Ok(Self {
            env,
            key: key.access_key_id.clone(),
            places,
        })
    }

    /// The file with the key; beside the last one, which counts, is the record.
    fn main(&self) -> Result<std::path::PathBuf> {
        let kind = self
            .places
            .last()
            .map_or(FileKind::Credentials, |place| place.kind);
        config_files::path_of(self.env, kind)
    }

    /// The file as it will be; none if nothing in it changes.
    fn changed(
        &self,
        kind: FileKind,
        file: &Replacing,
        old: &str,
        new: (&str, &str),
    ) -> Result<Option<Vec<u8>>> {
        let profiles = Profiles::parse(config_files::read(self.env)?)?;
        let edits = profiles.replace_key(kind, old, new)?;
        Ok((!edits.is_empty()).then(|| Edit::apply_all(edits, &file.content)))
    }

    fn open(&self, kind: FileKind) -> Result<Replacing> {
        let path = config_files::path_of(self.env, kind)?;
        Replacing::begin(&path).map_err(remedied)
    }
}

impl Home for KeyInFiles<'_> {
    fn shown(&self) -> Vec<String> {
        self.places
            .iter()
            .map(|place| place.shown.clone())
            .collect()
    }

    fn check(&self) -> Result<()> {
        for place in &self.places {
            let file = self.open(place.kind)?;
            file.check().map_err(remedied)?;
            self.changed(place.kind, &file, &self.key, ("", ""))?;
        }
        Ok(())
    }

    fn record(&self) -> Result<Option<KeptRecord>> {
        let mut kept = KeptRecord::find(&self.main()?, &self.key)?;
        if let Some(kept) = &mut kept
            && kept.record.secret == Secret::Stored
        {
            // The key was moved from the store to the file meanwhile.
            kept.record.new = None;
        }
        Ok(kept)
    }

    fn begin(&self) -> Result<KeptRecord> {
        KeptRecord::begin(&self.main()?, &self.key, Secret::InRecord)
    }

    fn keep(&self, kept: &mut KeptRecord, new: NewKey) -> Result<String> {
        kept.keep(new)?;
        Ok(kept.path().display().to_string())
    }

    fn swap(&self, old: &str, new: &NewKey) -> Result<()> {
        let pair = (&*new.id, new.secret.expose_secret());
        for place in &self.places {
            // From here on, no other mfaexec changes the file.
            let file = self.open(place.kind)?;
            if let Some(content) = self.changed(place.kind, &file, old, pair)? {
                file.replace_without_backup(&content).map_err(remedied)?;
            }
        }
        Ok(())
    }

    /// The new one has taken its place.
    fn forget(&self, _old: &str) -> Result<()> {
        Ok(())
    }
}

fn remedied(error: Error) -> Error {
    error.with_remedy("correct that, then run mfaexec keys rotate again")
}
