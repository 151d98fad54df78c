//! `mfaexec keys remove`: deletes a stored key, or moves it back to the credentials file. The key in the
//! store is deleted first, then the line that names it: a run that is killed in between can be repeated.

use super::rewrite::{KINDS, Lines, check_files};
use crate::edge::config_files::{self, path_of};
use crate::edge::output::{Ui, print};
use crate::error::{Error, Result};
use crate::escape::{printable, shell_word};
use crate::model::config::{FileKind, Profiles};
use crate::model::environment::Environment;
use crate::model::settings::exports::without_exports;
use crate::model::source::key::{
    ACCESS_KEY_ID, LongTermKey, STORED_KEY, key_of_files, profiles_with_stored_key, stored_key,
};
use crate::options::KeysChoice;
use crate::sign_in::ask::agreement::{Intention, agree};
use crate::sign_in::cached::open_cache;
use crate::sign_in::key_store::{KeyStore, StoredKey};
use crate::sign_in::request::read_settings;

pub(super) fn remove(env: &Environment, choice: &KeysChoice, to_file: bool, ui: Ui) -> Result<()> {
    let env = &without_exports(env);
    let sign_in = choice.user.sign_in();
    let settings = read_settings(env, &sign_in)?;
    let name = settings.chain.last().unwrap_or(&settings.profile.value);
    let files = Profiles::parse(config_files::read(env)?)?;
    let key = its_stored_key(&files, name)?;
    let id = key.access_key_id.as_str();
    let stored = StoredKey { id, profile: name };
    let in_files = key_in_files(&files, name)?;
    let has_copy = in_files.as_deref() == Some(id);
    if let (true, Some(other)) = (to_file && !has_copy, &in_files) {
        return Err(Error::new(
            format!("the stored key of profile {name} cannot go back"),
            format!("the profile has another key in its files: {other}"),
            format!(
                "mfaexec keys remove -p {} without --to-file deletes the stored one",
                shell_word(name)
            ),
        ));
    }
    check_files(env)?;

    let cache = open_cache(env, None)?;
    let store = KeyStore::new(env, &sign_in, &cache, ui)?;
    let in_store = store.name(store.place_of(id)?, id);
    let sharers = sharers(&files, name, id);
    let credentials = path_of(env, FileKind::Credentials)?;
    let mut steps = Vec::new();
    if to_file && !has_copy {
        steps.push(format!(
            "write the key {id} into profile {name} in {}, unencrypted",
            credentials.display()
        ));
    }
    match &sharers[..] {
        [] => steps.push(format!("delete the key {id} from {in_store}")),
        sharers => steps.push(format!(
            "leave the key {id} in {in_store}: {} has it too",
            sharers.join(", ")
        )),
    }
    steps.push(format!(
        "remove {STORED_KEY} from profile {name} ({})",
        key.place
    ));
    let is_last = !to_file && !has_copy && sharers.is_empty();
    if is_last {
        steps.push(format!(
            "this machine may have no other copy of {id}, and AWS shows none; in IAM the key stays active"
        ));
    }
    let question = match is_last {
        true => format!("Delete the key of {name} for good?"),
        false => format!("Remove the stored key of {name}?"),
    };
    let intention = Intention {
        steps: &steps,
        question: &question,
    };
    if !agree(&intention, choice.change, &cache, ui)? {
        return Ok(());
    }

    if to_file && !has_copy {
        let secret = store.read(stored)?;
        let whole = Lines::Whole {
            id,
            secret: &secret,
        };
        whole.write(env, FileKind::Credentials, name)?;
        let files = Profiles::parse(config_files::read(env)?)?;
        if key_in_files(&files, name)?.as_deref() != Some(id) {
            return Err(Error::new(
                format!("the key {id} stays where it was"),
                format!("it cannot be read back from {}", credentials.display()),
                "see what else the profile has there",
            ));
        }
    }
    if sharers.is_empty() && !store.delete(stored)? {
        ui.notice(&format!("the key {id} was not in {in_store} any more"));
    }
    for kind in KINDS {
        Lines::NotStored.write(env, kind, name)?;
    }
    let done = match to_file {
        true => format!("{name}: its key {id} is in {}", credentials.display()),
        false => format!("{name}: its stored key {id} was removed"),
    };
    print(&format!("{}\n", printable(&done)))
}

fn its_stored_key(files: &Profiles, name: &str) -> Result<LongTermKey> {
    let profile = files.require(name, "--profile")?;
    stored_key(&profile)?.ok_or_else(|| {
        let place = profile.place(ACCESS_KEY_ID);
        let cause = place.map_or_else(
            || format!("it has no {STORED_KEY}"),
            |place| format!("its key is in {place}"),
        );
        Error::new(
            format!("profile {name} has no stored key"),
            cause,
            "name a profile that has one: mfaexec keys list shows them",
        )
    })
}

/// The id of the long-term key that the profile has in the files of AWS.
fn key_in_files(files: &Profiles, name: &str) -> Result<Option<String>> {
    let profile = files.require(name, "--profile")?;
    let key = key_of_files(&profile).ok().flatten();
    Ok(key.map(|key| key.access_key_id))
}

/// The other profiles that name the same stored key.
fn sharers(files: &Profiles, name: &str, id: &str) -> Vec<String> {
    let mut sharing = profiles_with_stored_key(files, id);
    sharing.retain(|other| other != name);
    sharing
}
