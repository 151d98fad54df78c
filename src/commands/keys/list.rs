//! `mfaexec keys list`: the long-term keys of all profiles, and where they are. Nothing is unlocked.

use crate::edge::config_files;
use crate::edge::output::{Ui, print};
use crate::edge::secrets::error::Presence;
use crate::edge::secrets::system;
use crate::error::Result;
use crate::escape::printable;
use crate::model::config::Profiles;
use crate::model::environment::Environment;
use crate::model::key_list::{KeyOfProfile, State, Whereabouts, to_json, to_text};
use crate::model::settings::exports::without_exports;
use crate::model::source::key::{LongTermKey, key_of_files, stored_key};
use crate::options::KeysChoice;
use crate::sign_in::cached::open_cache;
use crate::sign_in::key_store::{KeyStore, Place};

pub(super) fn list(env: &Environment, choice: &KeysChoice, as_json: bool, ui: Ui) -> Result<()> {
    let env = &without_exports(env);
    let sign_in = choice.user.sign_in();
    let cache = open_cache(env, None)?;
    let store = KeyStore::new(env, &sign_in, &cache, ui)?;
    let files = Profiles::parse(config_files::read(env)?)?;
    let names = match &sign_in.profile {
        Some(name) => vec![files.require(name, "--profile")?.name().to_owned()],
        None => files.names().into_iter().map(str::to_owned).collect(),
    };
    let mut keys = Vec::new();
    for name in &names {
        match own_keys(&files, name) {
            Ok(own) => {
                for key in own {
                    keys.push(listed(&store, name, key)?);
                }
            }
            // The other profiles have keys all the same.
            Err(error) => ui.notice(&error.summary()),
        }
    }
    look(&store, &mut keys);
    if as_json {
        return print(&to_json(&keys));
    }
    if keys.is_empty() {
        ui.notice("no profile has a long-term key");
        return Ok(());
    }
    print(
        &to_text(&keys)
            .lines()
            .map(|line| printable(line) + "\n")
            .collect::<String>(),
    )
}

/// The keys that a profile has itself: one in the files, one that is stored, or both.
fn own_keys(files: &Profiles, name: &str) -> Result<Vec<LongTermKey>> {
    let profile = files.require(name, "--profile")?;
    // Half a key, or a temporary one, is no long-term key.
    let of_files = key_of_files(&profile).ok().flatten();
    Ok(of_files.into_iter().chain(stored_key(&profile)?).collect())
}

fn listed(store: &KeyStore<'_>, name: &str, key: LongTermKey) -> Result<KeyOfProfile> {
    let id = key.access_key_id;
    let whereabouts = match &key.secret_access_key {
        Some(_) => Whereabouts::AwsFile(key.place),
        None => match store.place_of(&id)? {
            Place::File => Whereabouts::PassphraseFile(store.path(&id).display().to_string()),
            Place::System => Whereabouts::System(system::NAME),
        },
    };
    Ok(KeyOfProfile {
        profile: name.to_owned(),
        id,
        whereabouts,
        state: State::Present,
    })
}

/// Asks the system's store, if a key should be in it, for what it tells without a question.
fn look(store: &KeyStore<'_>, keys: &mut [KeyOfProfile]) {
    let mut in_system: Vec<&mut KeyOfProfile> = keys
        .iter_mut()
        .filter(|key| matches!(key.whereabouts, Whereabouts::System(_)))
        .collect();
    if in_system.is_empty() {
        return;
    }
    let ids: Vec<String> = in_system.iter().map(|key| key.id.clone()).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let found = store.look(&ids);
    for (number, key) in in_system.iter_mut().enumerate() {
        key.state = match &found {
            Ok(found) => match found.get(number) {
                Some(Presence::Readable) => State::Present,
                Some(Presence::Locked) => State::Locked,
                Some(Presence::Missing) | None => State::Missing,
            },
            Err(cause) => State::Unknown(cause.clone()),
        };
    }
}
