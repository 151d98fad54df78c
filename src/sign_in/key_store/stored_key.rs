//! A key in the store is read when it has to sign, and not before.

use secrecy::ExposeSecret;

use crate::edge::output::Ui;
use crate::edge::store::cache::Cache;
use crate::error::Error;
use crate::model::environment::Environment;
use crate::model::settings::Settings;
use crate::model::source::key::is_secret;
use crate::options::SignIn;
use crate::sign_in::key_store::{Failure, KeyStore, StoredKey};

/// Puts the secret of the key into the settings, if the key is in the store.
///
/// # Errors
/// It cannot be read.
pub(crate) fn read_stored_key(
    settings: &mut Settings,
    env: &Environment,
    sign_in: &SignIn,
    cache: &Cache,
    ui: Ui,
) -> Result<(), Failure> {
    if settings.key_to_read().is_none() {
        return Ok(());
    }
    read_from(&KeyStore::new(env, sign_in, cache, ui)?, settings)
}

/// The same from a store that is open already.
///
/// # Errors
/// It cannot be read.
pub(crate) fn read_from(store: &KeyStore<'_>, settings: &mut Settings) -> Result<(), Failure> {
    let Some(id) = settings.key_to_read().map(str::to_owned) else {
        return Ok(());
    };
    let profile = settings.chain.last().unwrap_or(&settings.profile.value);
    let profile = profile.clone();
    let key = StoredKey {
        id: &id,
        profile: &profile,
    };
    let secret = store.read(key)?;
    if !is_secret(secret.expose_secret()) {
        let place = store.place_of(&id)?;
        return Err(Error::new(
            format!("the key {id} of profile {profile} cannot be used"),
            format!("what {} has is not a secret access key", store.name(place, &id)),
            format!("enter the key again: aws configure --profile {profile}, then mfaexec keys store -p {profile}"),
        )
        .into());
    }
    settings.set_secret(secret);
    Ok(())
}
