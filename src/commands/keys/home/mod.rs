//! Where a long-term key is kept: in the files of AWS, or in the store.

mod files;
pub(super) mod place;
mod stored;

use crate::edge::config_files;
use crate::error::{Error, Result};
use crate::escape::shell_word;
use crate::model::config::Profiles;
use crate::model::environment::Environment;
use crate::model::source::key::{LongTermKey, profiles_with_stored_key};
use crate::sign_in::key_store::KeyStore;
use files::KeyInFiles;
use place::Home;
use stored::KeyInStore;

/// The place of a key.
///
/// # Errors
/// It has two: a rotation changes one.
pub(super) fn of_key<'a>(
    env: &'a Environment,
    key: &LongTermKey,
    store: &'a KeyStore<'a>,
) -> Result<Box<dyn Home + 'a>> {
    let id = key.access_key_id.as_str();
    let profiles = Profiles::parse(config_files::read(env)?)?;
    let stored = profiles_with_stored_key(&profiles, id);
    let in_files = profiles.places_of_key(id);
    if let (Some(place), [_, ..]) = (in_files.first(), &stored[..]) {
        let shown = &place.shown;
        let name = place.profiles.first().map_or("NAME", String::as_str);
        return Err(Error::new(
            format!("the key {id} cannot be rotated"),
            format!("it is stored, and unencrypted in {shown} too"),
            format!(
                "store it for each profile, then rotate it: mfaexec keys store -p {}",
                shell_word(name)
            ),
        ));
    }
    Ok(match key.secret_access_key {
        Some(_) => Box::new(KeyInFiles::of_key(env, key)?),
        None => Box::new(KeyInStore::of_key(env, id, stored, store)?),
    })
}
