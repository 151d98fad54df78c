//! A key that is stored. Its secret is in no file: also while a rotation is under way, the new one is in the
//! store alone, and the record has its id.

use super::place::Home;
use crate::commands::keys::rewrite::{KINDS, check_files, replace_stored};
use crate::edge::config_files::path_of;
use crate::edge::rotation_record::KeptRecord;
use crate::error::Result;
use crate::model::config::FileKind;
use crate::model::environment::Environment;
use crate::model::rotation::NewKey;
use crate::model::rotation::record::Secret;
use crate::sign_in::key_store::{KeyStore, Place, StoredKey};

pub(super) struct KeyInStore<'a> {
    env: &'a Environment,
    store: &'a KeyStore<'a>,
    place: Place,
    key: String,
    /// The profiles that name the key.
    profiles: Vec<String>,
}

impl<'a> KeyInStore<'a> {
    pub(super) fn of_key(
        env: &'a Environment,
        id: &str,
        profiles: Vec<String>,
        store: &'a KeyStore<'a>,
    ) -> Result<Self> {
        Ok(Self {
            env,
            place: store.place_of(id)?,
            store,
            key: id.to_owned(),
            profiles,
        })
    }

    fn named<'b>(&'b self, id: &'b str) -> StoredKey<'b> {
        let profile = self.profiles.first().map_or("", String::as_str);
        StoredKey { id, profile }
    }
}

impl Home for KeyInStore<'_> {
    fn shown(&self) -> Vec<String> {
        let word = match self.profiles.len() {
            1 => "profile",
            _ => "profiles",
        };
        let names = self.profiles.join(", ");
        vec![format!("{} ({word} {names})", self.place.in_words())]
    }

    fn check(&self) -> Result<()> {
        check_files(self.env)
    }

    fn record(&self) -> Result<Option<KeptRecord>> {
        let beside = path_of(self.env, FileKind::Config)?;
        let mut kept = KeptRecord::find(&beside, &self.key)?;
        if let Some(record) = kept.as_mut().map(|kept| &mut kept.record)
            && let Some(new) = &mut record.new
            && record.secret == Secret::Stored
        {
            // A run may have ended between the id and the secret.
            match self.store.find(self.place, self.named(&new.id))? {
                Some(secret) => new.secret = secret,
                None => record.new = None,
            }
        }
        Ok(kept)
    }

    fn begin(&self) -> Result<KeptRecord> {
        let beside = path_of(self.env, FileKind::Config)?;
        KeptRecord::begin(&beside, &self.key, Secret::Stored)
    }

    fn keep(&self, kept: &mut KeptRecord, new: NewKey) -> Result<String> {
        kept.keep(new.clone())?;
        let named = self.named(&new.id);
        self.store.put(self.place, named, &new.secret)?;
        Ok(self.place.in_words().to_owned())
    }

    fn swap(&self, old: &str, new: &NewKey) -> Result<()> {
        for kind in KINDS {
            replace_stored(self.env, kind, old, &new.id)?;
        }
        Ok(())
    }

    fn forget(&self, old: &str) -> Result<()> {
        self.store.delete(self.named(old))?;
        Ok(())
    }
}
