//! How another key gets to the place of one. A rotation knows no more of the place.

use crate::edge::rotation_record::KeptRecord;
use crate::error::Result;
use crate::model::rotation::NewKey;

/// A place that has the key. The new one is kept before the place gets it.
pub(in crate::commands::keys) trait Home {
    /// For people: each part of it that has the key.
    fn shown(&self) -> Vec<String>;

    /// Makes sure that it could have another key, before one is created.
    fn check(&self) -> Result<()>;

    /// What an interrupted rotation of the key has left.
    fn record(&self) -> Result<Option<KeptRecord>>;

    /// Takes the room for a new key.
    fn begin(&self) -> Result<KeptRecord>;

    /// Keeps the new key; where it is, for people.
    fn keep(&self, kept: &mut KeptRecord, new: NewKey) -> Result<String>;

    /// Puts the new key in the place of the old one.
    fn swap(&self, old: &str, new: &NewKey) -> Result<()>;

    /// Forgets the old key, which is inactive now.
    fn forget(&self, old: &str) -> Result<()>;
}
