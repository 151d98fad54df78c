//! `mfaexec keys rotate` of a stored key: the secret of the new one is in no file, and a run that is killed
//! leaves a key that works in the store.

use std::fs;

use crate::desktop::Desktop;
use crate::harness::{Said, World, finish, has};
use crate::keys_file::{PASSPHRASE, at_terminal, stored_in_file};
use crate::keys_rotate::{OLD, ROTATE, keys, world};
use crate::keys_store::{config, credentials};
use crate::secrets::files_with;
use crate::skipping::needs;
use crate::trouble::names;

const STORE: [&str; 5] = ["keys", "store", "-p", "testuser", "--yes"];

/// A world whose key is in the keyring of a desktop.
fn stored(world: &World) -> Desktop<'_> {
    let desktop = Desktop::new(world);
    finish(&mut desktop.mfaexec(&STORE)).succeeds();
    desktop
}

/// The one active key: it is the stored one, and no file has a secret.
#[track_caller]
fn the_stored_key_is_active(world: &World) {
    let active = keys(world).into_iter().filter(|(_, _, active)| *active);
    let active: Vec<String> = active.map(|(id, ..)| id).collect();
    let config = config(world);
    let is_named = |id: &String| config.contains(&format!("mfaexec_stored_key = {id}\n"));
    assert!(active.iter().any(is_named), "{active:?} in {config}");
    let secrets: Vec<String> = keys(world)
        .into_iter()
        .map(|(_, secret, _)| secret)
        .collect();
    let found = files_with(&world.home().join(".aws"), &secrets);
    assert!(found.is_empty(), "{found:?}");
}

#[track_caller]
fn is_tidy(world: &World) {
    let mut names = names(&world.home().join(".aws"));
    names.retain(|name| !name.contains("backup"));
    assert_eq!(names, ["config", "credentials"]);
    assert_eq!(keys(world).iter().filter(|key| key.2).count(), 1);
}

#[test]
fn a_stored_key_is_rotated_in_its_store() {
    needs!("gnome-keyring-daemon", "dbus-daemon", "dbus-send");
    let world = world();
    let desktop = stored(&world);
    // Another profile that has it too.
    let twin = format!("[profile twin]\nmfaexec_stored_key = {OLD}\n");
    world.write_config(&(config(&world) + &twin));
    let said = finish(&mut desktop.mfaexec(&ROTATE));
    let (new, secret, _) = keys(&world).remove(1);
    has(
        &said.stderr,
        &[
            "put it into the Secret Service (profiles testuser, twin), instead of ",
            &format!("created {new}, kept in the Secret Service for now"),
        ],
    );
    let shown = said.succeeds();
    has(
        &shown,
        &[
            &format!("{new} is the key in the Secret Service"),
            "is inactive",
        ],
    );
    assert!(!shown.contains(&secret));
    assert_eq!(config(&world).matches(&*new).count(), 2);
    the_stored_key_is_active(&world);
    // It signs this.
    finish(&mut desktop.mfaexec(&["mfa", "list", "-p", "testuser"])).succeeds();
    is_tidy(&world);
    let listed = finish(&mut desktop.mfaexec(&["keys", "list"])).succeeds();
    has(&listed, &[&new, "the Secret Service"]);
    // The session is still the user's, and the old secret is in the store no longer.
    finish(&mut desktop.mfaexec(&["-p", "testuser", "--no-input", "--", "true"])).succeeds();
    let text = config(&world).replace(&*new, OLD);
    world.write_config(&text);
    let error = finish(&mut desktop.mfaexec(&["mfa", "list", "-p", "testuser"])).fails(1);
    has(&error, &["does not have it (any more)"]);
}

#[test]
fn a_key_that_is_stored_and_in_a_file_is_not_rotated_in_one_of_them() {
    needs!("gnome-keyring-daemon", "dbus-daemon", "dbus-send");
    let world = world();
    let twin = credentials(&world).replace("[testuser]", "[twin]");
    let own = credentials(&world);
    let desktop = stored(&world);
    world.write_credentials(&(credentials(&world) + &twin));
    for profile in ["testuser", "twin"] {
        let rotate = ["keys", "rotate", "-p", profile, "--yes"];
        let error = finish(&mut desktop.mfaexec(&rotate)).fails(1);
        has(
            &error,
            &[
                "it is stored, and unencrypted in ",
                "mfaexec keys store -p twin",
            ],
        );
    }
    assert_eq!(keys(&world).len(), 1, "{own}");
}

#[test]
fn a_key_in_a_file_with_a_passphrase_is_rotated_with_one_question() {
    let world = world();
    stored_in_file(&world);
    let mut asked = at_terminal(&world, &ROTATE);
    asked.exp_string("Passphrase for the key ").unwrap();
    asked.send_line(PASSPHRASE).unwrap();
    let rest = asked.exp_eof().unwrap();
    let (new, secret, _) = keys(&world).remove(1);
    has(
        &rest,
        &[&format!("{new} is the key in a file with a passphrase")],
    );
    assert!(!rest.contains("assphrase again") && !rest.contains(&secret));
    has(&config(&world), &[&format!("mfaexec_stored_key = {new}\n")]);
    let files = names(&world.home().join(".local/share/mfaexec/keys"));
    assert_eq!(files, [format!("{new}.age")]);
    is_tidy(&world);

    let mut fresh = at_terminal(&world, &["mfa", "list", "-p", "testuser"]);
    fresh.exp_string("Passphrase for the key ").unwrap();
    fresh.send_line(PASSPHRASE).unwrap();
    has(&fresh.exp_eof().unwrap(), &["mfa/testuser"]);
}

/// A run with `effects.c` in it.
fn run(world: &World, desktop: &Desktop<'_>, name: &str, value: &str) -> Said {
    let mut command = desktop.mfaexec(&[&ROTATE[..], &["--no-input"]].concat());
    world.with_effects(&mut command, name, value);
    finish(&mut command)
}

/// The effects of a run from the first one on that changes IAM, except those that only make sure of a
/// file: those are the same as for a key in a file.
fn steps(world: &World, desktop: &Desktop<'_>) -> Vec<usize> {
    let log = world.home().join("effects");
    run(world, desktop, "EFFECTS_LOG", log.to_str().unwrap()).succeeds();
    let log = fs::read_to_string(log).unwrap();
    let effects: Vec<&str> = log.lines().collect();
    let first = effects
        .iter()
        .position(|effect| *effect == "send CreateAccessKey");
    let (begun, rest) = effects.split_at(first.unwrap());
    let is_step = |effect: &str| {
        ["send", "rename", "unlink"]
            .iter()
            .any(|w| effect.starts_with(w))
    };
    let steps = rest
        .iter()
        .enumerate()
        .filter(|(_, effect)| is_step(effect));
    steps.map(|(at, _)| begun.len() + at + 1).collect()
}

#[test]
fn a_rotation_of_a_stored_key_may_be_killed_before_each_step() {
    needs!(
        "gnome-keyring-daemon",
        "dbus-daemon",
        "dbus-send",
        "cc",
        "/proc"
    );
    let world = world();
    let desktop = stored(&world);
    let steps = steps(&world, &desktop);
    assert!(steps.len() > 5, "{steps:?}");
    let mut unknown = 0;
    for step in steps {
        let end = [&ROTATE[..], &["--no-input", "--delete-after", "0"]].concat();
        finish(&mut desktop.mfaexec(&end)).succeeds();
        let killed = run(&world, &desktop, "KILL_AT", &step.to_string());
        assert_eq!(killed.signal, Some(9), "{killed:?}");
        the_stored_key_is_active(&world);
        // It takes the stored key out of the store, and goes on.
        let next = finish(&mut desktop.mfaexec(&end));
        if next.code != Some(0) {
            has(&next.stderr, &["two active keys"]);
            let id = keys(&world).remove(1).0;
            let delete = [&end[..], &["--delete", &id]].concat();
            finish(&mut desktop.mfaexec(&delete)).succeeds();
            unknown += 1;
        }
        is_tidy(&world);
        assert_eq!(keys(&world).len(), 1);
    }
    // Only a key whose secret was in the killed process alone is not known any more.
    assert!(unknown <= 2, "{unknown}");
    finish(&mut desktop.mfaexec(&["mfa", "list", "-p", "testuser"])).succeeds();
}
