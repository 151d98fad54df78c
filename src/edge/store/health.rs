//! How the cache is: whether it can be trusted and written, how it keeps sessions, who holds a lock.
//! Nothing is made, and nothing is swept.

use crate::edge::clock::now;
use crate::edge::lock::device_lock::holders;
use crate::edge::lock::lock_holder::Holder;
use crate::edge::private_dir::{PrivateDir, STALE_SECONDS, TEMPORARY};
use crate::edge::store::cache::Cache;
use crate::edge::store::cache_write::LARGEST;
use crate::edge::store::keyring::KeyringError;
use crate::error::Result;

#[derive(Debug)]
pub(crate) struct Health {
    /// Whether its directory is there; it is made when a session is stored.
    pub(crate) is_there: bool,
    /// Why a session would be kept in a plain file; none if it would be encrypted.
    pub(crate) keyring: Option<KeyringError>,
    /// The processes that have a lock now, as far as they are known.
    pub(crate) holders: Vec<Option<Holder>>,
    /// The number of files that killed runs have left.
    pub(crate) leftovers: usize,
}

impl Cache {
    /// # Errors
    /// The directory cannot be trusted, or not be written.
    pub(crate) fn health(&self) -> Result<Health> {
        let keyring = self.key().find().err();
        let Some(dir) = PrivateDir::open(self.path())? else {
            return Ok(Health {
                is_there: false,
                keyring,
                holders: Vec::new(),
                leftovers: 0,
            });
        };
        dir.try_write(LARGEST)?;
        let is_stale = |name: &String| {
            name.starts_with(TEMPORARY)
                && dir
                    .look(name)
                    .is_some_and(|seen| seen.age(now().0) > STALE_SECONDS)
        };
        let names = dir.names("")?;
        Ok(Health {
            is_there: true,
            keyring,
            holders: holders(&dir),
            leftovers: names.iter().filter(|name| is_stale(name)).count(),
        })
    }
}
