//! A stored key, as far as its store gives it without a question.

use crate::edge::output::Ui;
use crate::edge::secrets::error::Presence;
use crate::edge::store::cache::Cache;
use crate::error::Result;
use crate::model::doctor::check::{Check, Outcome};
use crate::model::environment::Environment;
use crate::model::settings::Settings;
use crate::options::SignIn;
use crate::sign_in::doctor::answers::login;
use crate::sign_in::key_store::stored_key::read_stored_key;
use crate::sign_in::key_store::{KeyStore, Place};

/// Reads the key, if it is stored; what came in between.
pub(super) fn read(
    settings: &mut Settings,
    env: &Environment,
    cache: &Cache,
    ui: Ui,
) -> Option<Check> {
    let id = settings.key_to_read()?.to_owned();
    let read = read_without_question(settings, &id, env, cache, ui);
    read.unwrap_or_else(|error| Some(Check::of_failure("key", &error)))
}

fn read_without_question(
    settings: &mut Settings,
    id: &str,
    env: &Environment,
    cache: &Cache,
    ui: Ui,
) -> Result<Option<Check>> {
    let sign_in = SignIn {
        no_input: true,
        ..SignIn::default()
    };
    let store = KeyStore::new(env, &sign_in, cache, ui)?;
    let place = store.place_of(id)?;
    let remedy = format!("{} asks for it", login(settings));
    let locked = |cause: &str| {
        let what = format!("the key {id} in {}", store.name(place, id));
        let cause = format!("{cause}, and doctor asks no one");
        Check::not_checked("key", what, cause, &remedy)
    };
    if place == Place::File {
        return Ok(Some(locked("it takes a passphrase")));
    }
    if store.look(&[id]) == Ok(vec![Presence::Locked]) {
        return Ok(Some(locked("it is locked")));
    }
    let read = read_stored_key(settings, env, &sign_in, cache, ui);
    Ok(read
        .err()
        .map(|failure| Check::of_error("key", Outcome::Failed, &failure.error)))
}
