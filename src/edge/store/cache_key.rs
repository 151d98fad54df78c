//! The one key of a cache directory, and by which name the keyring has it.

use std::path::Path;

use ring::rand::{SecureRandom, SystemRandom};
use zeroize::Zeroizing;

use crate::edge::store::keyring::{self, CacheKey, KeyringError};
use crate::model::digest::digest_of;

/// Where the key of a directory is. Each has one of its own, so that forgetting one leaves the
/// others alone.
pub(crate) struct KeyPlace(String);

impl KeyPlace {
    /// That of the directory `path`.
    pub(crate) fn of(path: &Path) -> Self {
        let digest = digest_of("cache-key", &[&path.to_string_lossy()]);
        Self(format!("mfaexec:{}", &digest[..32]))
    }

    /// The key, if there is one.
    ///
    /// # Errors
    /// There is no keyring, or it refuses.
    pub(crate) fn find(&self) -> Result<Option<CacheKey>, KeyringError> {
        keyring::find(&self.0)
    }

    /// The key, for another while; made now if there is none. To be called while no one else changes
    /// the directory: two that make it at once would replace each other's.
    ///
    /// # Errors
    /// There is no keyring, or it refuses or is full.
    pub(crate) fn find_or_make(&self) -> Result<CacheKey, KeyringError> {
        if let Some(key) = self.find()? {
            keyring::renew(&self.0);
            return Ok(key);
        }
        let no_key = |cause: &str| KeyringError {
            may_pass: true,
            cause: cause.to_owned(),
            remedy: "try again",
        };
        let mut key: CacheKey = Zeroizing::new([0; 32]);
        SystemRandom::new()
            .fill(&mut *key)
            .map_err(|_| no_key("there are no random numbers for a key"))?;
        keyring::create(&self.0, &key)?;
        self.find()?
            .ok_or_else(|| no_key("the key that was stored just now is gone"))
    }

    /// Forgets the key: what was sealed with it stays so for ever.
    pub(crate) fn forget(&self) {
        keyring::forget(&self.0);
    }
}
