//! `mfaexec keys rotate`: another long-term key for a user, and an end of the one before. At every moment
//! a key that works is on the disk: the new one is kept beside the file before it is proven, proven before
//! it takes the place of the old one, and in that place before the old one becomes inactive. What is
//! interrupted goes on from the record, which is kept until the old key is inactive.

use crate::commands::keys::calls::{signed_in, wait};
use crate::commands::keys::home;
use crate::commands::keys::rotating::Rotating;
use crate::edge::output::{Ui, print};
use crate::edge::rotation_record::KeptRecord;
use crate::error::Result;
use crate::escape::{printable, shell_line};
use crate::model::environment::Environment;
use crate::model::rotation::keys::UserKey;
use crate::model::rotation::plan::{OldStatus, Rotation, Situation, Stage};
use crate::model::rotation::subject::rotated_key;
use crate::model::settings::exports::without_exports;
use crate::options::{KeysChoice, RotateChoice};
use crate::sign_in::ask::agreement::{Intention, agree};
use crate::sign_in::ask::progress::tell_slow;
use crate::sign_in::cached::open_cache;
use crate::sign_in::carry_over::forget_old;
use crate::sign_in::key_store::KeyStore;
use crate::sign_in::key_store::stored_key::read_from;
use crate::sign_in::request::read_settings;
use crate::sign_in::user::as_user::{User, sign_in_as_user};

/// Seconds that a session must have left: a person answers the question, and AWS learns of the new key.
const ROTATION_SECONDS: u64 = 600;

pub(super) fn rotate(
    env: &Environment,
    choice: &KeysChoice,
    asked: RotateChoice<'_>,
    ui: Ui,
) -> Result<()> {
    let env = without_exports(env);
    let sign_in = choice.user.sign_in();
    let cache = open_cache(&env, None)?;
    let mut with_roles = read_settings(&env, &sign_in)?;
    let key = rotated_key(&with_roles)?.clone();
    let store = KeyStore::new(&env, &sign_in, &cache, ui)?;
    let home = home::of_key(&env, &key, &store)?;
    home.check()?;
    read_from(&store, &mut with_roles)?;
    let mut record = home.record()?;
    let enough = ROTATION_SECONDS + asked.delete_after.unwrap_or(0);
    let user = sign_in_as_user(&env, &sign_in, with_roles.clone(), enough, &cache, ui)?;
    let keys = list_keys(&user, &key.access_key_id, ui)?;
    let rotation = Situation {
        user: &user.name,
        profile: &with_roles.profile.value,
        current: &key.access_key_id,
        record: record.as_ref().map(|kept| &kept.record),
        keys: &keys,
        delete: asked.delete,
    }
    .rotation()?;
    let delete_after = match asked.delete {
        Some(named) if named == rotation.old => asked.delete_after.or(Some(0)),
        _ => asked.delete_after,
    };
    let steps = rotation.steps(&user.name, &home.shown(), delete_after);
    let question = format!("Rotate the key of user {}?", user.name);
    let intention = Intention {
        steps: &steps,
        question: &question,
    };
    if !agree(&intention, choice.change, &cache, ui)? {
        return Ok(());
    }
    let rotating = Rotating {
        env: &env,
        sign_in: &sign_in,
        with_roles: &with_roles,
        key: &key,
        user: &user,
        home: &*home,
        cache: &cache,
        ui,
    };
    carry_out(&rotating, &rotation, &mut record, delete_after)
}

/// Each step is told once it is done, so that the output of a killed run says how far it came.
fn carry_out(
    rotating: &Rotating<'_>,
    rotation: &Rotation,
    record: &mut Option<KeptRecord>,
    delete_after: Option<u64>,
) -> Result<()> {
    let old = rotation.old.as_str();
    let new = match &rotation.stage {
        Stage::Create { first } => {
            let new = rotating.create(record, first.as_ref())?;
            rotating.put(old, &new, record)?;
            new
        }
        Stage::Swap(new) => {
            rotating.put(old, new, record)?;
            new.clone()
        }
        Stage::Retire(new) => {
            rotating.check_in_place()?;
            new.clone()
        }
    };
    rotating.retire(rotation, &new)?;
    rotating.home.forget(old)?;
    if let Some(record) = record.take() {
        record.remove()?;
    }
    forget_old(old, &new.id, rotating.cache);
    let deleted = rotating.delete(rotation, delete_after)?;
    let places = rotating.home.shown().join(" and in ");
    let state = match deleted || rotation.old_status == OldStatus::Gone {
        true => "deleted",
        false => "inactive",
    };
    let done = format!("{} is the key in {places}; {old} is {state}", new.id);
    print(&format!("{}\n", printable(&done)))?;
    if state == "inactive" {
        let line = line_to_delete(rotating.user, old);
        let ui = rotating.ui;
        ui.notice(&format!(
            "the next rotation deletes {old}; to delete it before: {line}"
        ));
    }
    Ok(())
}

/// The user's keys. When they were used is asked only where a person may have to choose.
fn list_keys(user: &User, current: &str, ui: Ui) -> Result<Vec<UserKey>> {
    let who = signed_in(user);
    let (name, session) = (Some(who.user), Some(who.session));
    let listed = wait(user, ui, user.aws.access_keys(name, session))?;
    let mut keys: Vec<UserKey> = listed.into_iter().map(UserKey::from).collect();
    if keys.iter().any(|key| key.id != current) {
        for key in &mut keys {
            let last_use = user.aws.last_use_of_key(&key.id, session);
            // Not everyone may ask.
            key.last_use = last_use.wait(|| tell_slow(ui)).ok();
        }
    }
    Ok(keys)
}

fn line_to_delete(user: &User, id: &str) -> String {
    let chain = &user.settings.chain;
    let profile = chain.last().map_or("default", String::as_str);
    let run = ["mfaexec", "-p", profile, "--"];
    let command = ["aws", "iam", "delete-access-key", "--user-name", &user.name];
    let words = run.iter().chain(&command).copied();
    shell_line(words.chain(["--access-key-id", id]))
}
