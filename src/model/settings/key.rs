//! The long-term key that a session begins with, and whether it is known yet.

use secrecy::SecretString;

use crate::model::settings::Settings;
use crate::model::source::Source;
use crate::model::source::key::LongTermKey;

impl Settings {
    /// The long-term key at the beginning, if there is one.
    pub fn key(&self) -> Option<&LongTermKey> {
        match &self.source {
            Source::Key(key) => Some(key),
            Source::KeyOfProgram { key, .. } => key.as_ref(),
            Source::Provider(_) => None,
        }
    }

    /// The same, if its secret is known, so that it can sign.
    pub fn key_that_signs(&self) -> Option<&LongTermKey> {
        self.key().filter(|key| key.secret_access_key.is_some())
    }

    /// The id of the key at the beginning, if that is in the store of keys and was not read yet.
    pub fn key_to_read(&self) -> Option<&str> {
        let key = self.key().filter(|key| key.secret_access_key.is_none());
        key.map(|key| key.access_key_id.as_str())
    }

    /// Puts in the secret that was read from the store of keys.
    pub fn set_secret(&mut self, secret: SecretString) {
        if let Source::Key(key) = &mut self.source {
            key.secret_access_key = Some(secret);
        }
    }

    /// Takes over the key that was read for `others`, if it is the same one: no one is asked for its
    /// passphrase twice, and no program for its key.
    pub(crate) fn take_over_key(&mut self, others: &Self) {
        let is_new = self.key_that_signs().is_none() && others.key_that_signs().is_some();
        if is_new && self.key_identity() == others.key_identity() {
            self.source = others.source.clone();
        }
    }

    /// Whether a long-term key is the beginning, whether it is known yet or not.
    pub fn begins_with_key(&self) -> bool {
        !matches!(self.source, Source::Provider(_))
    }

    /// What to call the long-term key at the beginning.
    pub fn key_id(&self) -> &str {
        self.key().map_or("none", |key| &key.access_key_id)
    }
}
