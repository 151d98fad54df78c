//! `mfaexec keys store`: moves the long-term key of a profile from the files of AWS to a store of secrets.
//! The key is in both until the stored one was read back.

use std::fs;
use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};

use super::rewrite::{KINDS, Lines, check_files};
use crate::edge::config_files::{self, path_of};
use crate::edge::output::{Ui, print};
use crate::edge::replace_file::backup_with;
use crate::edge::secrets::error::Presence;
use crate::error::{Error, Result};
use crate::escape::{printable, shell_word};
use crate::model::config::{FileKind, Profiles};
use crate::model::environment::Environment;
use crate::model::settings::Settings;
use crate::model::settings::exports::without_exports;
use crate::model::source::Source;
use crate::model::source::key::{
    ACCESS_KEY_ID, LongTermKey, SECRET_ACCESS_KEY, STORED_KEY, key_of_files,
};
use crate::options::{KeysChoice, Store};
use crate::sign_in::ask::agreement::{Intention, agree};
use crate::sign_in::cached::open_cache;
use crate::sign_in::key_store::{KeyStore, Place, StoredKey};
use crate::sign_in::request::read_settings;

pub(super) fn store(
    env: &Environment,
    choice: &KeysChoice,
    wanted: Option<Store>,
    ui: Ui,
) -> Result<()> {
    let env = &without_exports(env);
    let sign_in = choice.user.sign_in();
    let settings = read_settings(env, &sign_in)?;
    let (name, key) = own_key(&settings)?;
    let cache = open_cache(env, None)?;
    let store = KeyStore::new(env, &sign_in, &cache, ui)?;
    let id = key.access_key_id.as_str();
    let stored = StoredKey { id, profile: name };
    let lines = Lines::Stored { id };
    check_outcome(&lines.outcome(env, name)?, name)?;
    check_files(env)?;

    let place = match &key.secret_access_key {
        None => store.place_of(id)?,
        Some(_) => choose(wanted, &store, id, ui),
    };
    let in_store = store.name(place, id);
    let mut steps = Vec::new();
    if key.secret_access_key.is_some() {
        steps.push(format!(
            "put the key {id} into {in_store}, and read it back"
        ));
    }
    let files = Profiles::parse(config_files::read(env)?)?;
    for kind in KINDS {
        steps.extend(step(
            &lines,
            &files,
            kind,
            name,
            &path_of(env, kind)?.display().to_string(),
        ));
    }
    let backups = backups(env, key.secret_access_key.as_ref())?;
    steps.extend(
        backups
            .iter()
            .map(|path| format!("delete {}, which has the key too", path.display())),
    );
    if steps.is_empty() {
        check_presence(&store, stored, place)?;
        return print(&format!(
            "{}: its key {id} is in {} already\n",
            printable(name),
            printable(&in_store)
        ));
    }

    let question = format!("Store the key of {name}?");
    let intention = Intention {
        steps: &steps,
        question: &question,
    };
    if !agree(&intention, choice.change, &cache, ui)? {
        return Ok(());
    }
    if let Some(secret) = &key.secret_access_key {
        store.put(place, stored, secret)?;
    }
    for kind in KINDS {
        lines.write(env, kind, name)?;
    }
    for path in backups {
        let removed = fs::remove_file(&path);
        removed.map_err(|error| cannot_remove(&path.display().to_string(), &error.to_string()))?;
    }
    print(&format!(
        "{}: its key {id} is in {}\n",
        printable(name),
        printable(&in_store)
    ))?;
    tell_rest(&files, name, id, ui);
    Ok(())
}

/// The profile with the key at the beginning of the chain, and the key.
fn own_key(settings: &Settings) -> Result<(&str, &LongTermKey)> {
    let refuse = |cause: String, remedy: &str| {
        let profile = &settings.profile.value;
        Err(Error::new(
            format!("the key of profile {profile} cannot be stored"),
            cause,
            remedy,
        ))
    };
    match (&settings.source, settings.chain.last()) {
        (Source::Key(key), Some(name)) if key.place.contains(", line ") => Ok((name, key)),
        (Source::Key(key), _) => refuse(
            format!("it is in the environment ({})", key.place),
            "put it into a profile, and store that: aws configure --profile NAME",
        ),
        (Source::KeyOfProgram { program, .. }, _) => refuse(
            format!("a program gives it ({})", program.place),
            "leave it with the program that keeps it",
        ),
        (Source::Provider(provider), _) => refuse(
            format!(
                "its keys come from {} ({})",
                provider.name(),
                provider.place
            ),
            "name a profile with a key: mfaexec keys list shows them",
        ),
    }
}

/// The store that was asked for; the system's, or a file where the system has none.
fn choose(wanted: Option<Store>, store: &KeyStore<'_>, id: &str, ui: Ui) -> Place {
    match wanted {
        Some(Store::System) => Place::System,
        Some(Store::File) => Place::File,
        None => match store.look(&[id]) {
            Ok(_) => Place::System,
            Err(cause) => {
                ui.notice(&format!(
                    "{cause}; the key goes to a file with a passphrase"
                ));
                Place::File
            }
        },
    }
}

/// What is done to a file, in words.
fn step(
    lines: &Lines<'_>,
    files: &Profiles,
    kind: FileKind,
    name: &str,
    path: &str,
) -> Vec<String> {
    let halves = [ACCESS_KEY_ID, SECRET_ACCESS_KEY];
    let mut steps = Vec::new();
    if !files.remove(kind, name, &halves).is_empty() {
        steps.push(format!("remove the key from profile {name} in {path}"));
    }
    if let Lines::Stored { id } = lines
        && kind == FileKind::Config
        && files.file_of(name, STORED_KEY) != Some(kind)
    {
        steps.push(format!(
            "write {STORED_KEY} = {id} into profile {name} in {path}"
        ));
    }
    steps
}

/// What is written must lead to the stored key, and to no other one.
fn check_outcome(after: &Profiles, name: &str) -> Result<()> {
    let profile = after.require(name, "--profile")?;
    let left = profile.place(ACCESS_KEY_ID);
    match (key_of_files(&profile), left) {
        (Ok(None), None) => Ok(()),
        (_, left) => Err(Error::new(
            format!("the key of profile {name} cannot be stored"),
            format!(
                "another key would be left in the profile ({})",
                left.unwrap_or_default()
            ),
            "remove the key that is not used, then store the other one",
        )),
    }
}

fn check_presence(store: &KeyStore<'_>, key: StoredKey<'_>, place: Place) -> Result<()> {
    if place == Place::System
        && let Ok(found) = store.look(&[key.id])
        && found == [Presence::Missing]
    {
        return Err(store.missing(key));
    }
    Ok(())
}

/// Old copies of the files that mfaexec has kept beside them, with the secret in them.
fn backups(env: &Environment, secret: Option<&SecretString>) -> Result<Vec<PathBuf>> {
    let Some(secret) = secret else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for kind in KINDS {
        found.extend(backup_with(&path_of(env, kind)?, secret.expose_secret()));
    }
    found.dedup();
    Ok(found)
}

fn cannot_remove(path: &str, cause: &str) -> Error {
    Error::new(
        format!("the key is stored, and {path} still has it too"),
        cause,
        format!("delete it: rm {path}"),
    )
}

/// What is not as the person may think.
fn tell_rest(files: &Profiles, name: &str, id: &str, ui: Ui) {
    let others = files.names().into_iter().filter(|other| *other != name);
    let with_key = others.filter(|other| {
        let profile = files.get(other).ok().flatten();
        profile.is_some_and(|profile| profile.get(ACCESS_KEY_ID) == Some(id))
    });
    for other in with_key {
        let other = shell_word(other);
        ui.notice(&format!(
            "profile {other} has the same key, unencrypted: mfaexec keys store -p {other}"
        ));
    }
    let name = shell_word(name);
    ui.notice(&format!(
        "other tools find no key in profile {name} any more; this gives them its sessions: mfaexec \
         setup credential-process -p {name} --as {name} --write"
    ));
}
