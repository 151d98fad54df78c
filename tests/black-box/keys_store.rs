//! `mfaexec keys store` and `remove`: a key moves from the file to a real keyring, and back.

use std::fs;
use std::process::Stdio;
use std::time::Duration;

use local_aws::Account;

use crate::desktop::Desktop;
use crate::harness::{SERIAL, World, finish, has, terminal};
use crate::secrets::files_with;
use crate::skipping::needs;

/// The key of the story's user, as it is in the file and in IAM.
pub(crate) fn key() -> (String, String) {
    let account = Account::story();
    let user = account.user("testuser");
    (
        user.access_key_id().to_owned(),
        user.secret_access_key().to_owned(),
    )
}

pub(crate) fn credentials(world: &World) -> String {
    fs::read_to_string(world.home().join(".aws/credentials")).unwrap()
}

pub(crate) fn config(world: &World) -> String {
    fs::read_to_string(world.home().join(".aws/config")).unwrap()
}

/// A world in which only the story's user has a key, with things around it that have to stay.
pub(crate) fn world_with_comments() -> World {
    let world = World::new();
    let (id, secret) = key();
    world.write_credentials(&format!(
        "# mine\n[testuser]\n# the laptop's\naws_access_key_id={id}\naws_secret_access_key = {secret}\n\
         # below\n[other]\nregion = x\n"
    ));
    world
}

#[test]
fn a_key_moves_from_the_file_to_the_keyring() {
    needs!("gnome-keyring-daemon", "dbus-daemon", "dbus-send");
    let world = world_with_comments();
    let desktop = Desktop::new(&world);
    let (id, secret) = key();
    let said = finish(&mut desktop.mfaexec(&["keys", "store", "-p", "testuser", "--yes"]));
    has(
        &said.stderr,
        &[
            &format!("put the key {id} into the Secret Service, and read it back"),
            &format!("write mfaexec_stored_key = {id} into profile testuser in "),
            "remove the key from profile testuser in ",
            "mfaexec setup credential-process -p testuser",
        ],
    );
    has(
        &said.succeeds(),
        &[&format!("testuser: its key {id} is in the Secret Service")],
    );
    assert_eq!(
        credentials(&world),
        "# mine\n[testuser]\n# the laptop's\n# below\n[other]\nregion = x\n"
    );
    assert_eq!(
        config(&world),
        format!(
            "[profile testuser]\nmfaexec_stored_key = {id}\nregion = eu-central-1\n\
             mfa_serial = {SERIAL}\n"
        )
    );
    assert!(
        files_with(world.home(), &[secret]).is_empty(),
        "no copy of it is left"
    );
    assert!(!desktop.keyring_files().is_empty());

    // It gives sessions as before, also to roles.
    world.write_config(&format!(
        "{}[profile role]\nsource_profile = testuser\nmfa_serial = {SERIAL}\n\
         role_arn = arn:aws:iam::123456789012:role/deployer\n",
        config(&world)
    ));
    let code = world.code();
    finish(&mut desktop.mfaexec(&["-p", "role", "-c", &code, "--", "true"])).succeeds();
    let explained = finish(&mut desktop.mfaexec(&["explain", "-p", "testuser"])).succeeds();
    has(
        &explained,
        &[
            &format!("the stored key {id}"),
            "/.aws/config, line 2)",
            "cached",
        ],
    );
    assert!(!explained.contains("notice"), "{explained}");
    assert_eq!(world.code_calls().len(), 1);

    let again = finish(&mut desktop.mfaexec(&["keys", "store", "-p", "role", "--yes"]));
    has(
        &again.succeeds(),
        &["testuser: its key", "is in the Secret Service already"],
    );
}

/// The session is kept under the key's id, which is the same in the store.
#[test]
fn a_session_of_before_is_used_on() {
    needs!("gnome-keyring-daemon", "dbus-daemon", "dbus-send");
    let world = World::new();
    world.sign_in(&[]);
    let desktop = Desktop::new(&world);
    finish(&mut desktop.mfaexec(&["keys", "store", "-p", "testuser", "--yes"])).succeeds();
    world
        .run(&["-p", "testuser", "--no-input", "--", "true"])
        .succeeds();
    assert_eq!(world.code_calls().len(), 1);
}

#[test]
fn nothing_is_changed_before_a_person_agrees() {
    needs!("gnome-keyring-daemon", "dbus-daemon", "dbus-send");
    let world = world_with_comments();
    let desktop = Desktop::new(&world);
    let before = (credentials(&world), config(&world));
    let dry = finish(&mut desktop.mfaexec(&["keys", "store", "-p", "testuser", "--dry-run"]));
    has(
        &dry.stdout,
        &["put the key", "write mfaexec_stored_key", "remove the key"],
    );
    dry.succeeds();
    assert_eq!((credentials(&world), config(&world)), before);

    let mut asked = terminal(desktop.mfaexec(&["keys", "store", "-p", "testuser"]));
    asked
        .exp_string("Store the key of testuser? [y/N] ")
        .unwrap();
    asked.send_line("").unwrap();
    has(
        &asked.exp_eof().unwrap(),
        &["nothing was changed", "the answer was no"],
    );
    assert_eq!((credentials(&world), config(&world)), before);

    let mut asked = terminal(desktop.mfaexec(&["keys", "store", "-p", "testuser"]));
    asked.exp_string("[y/N] ").unwrap();
    asked.send_line("y").unwrap();
    has(&asked.exp_eof().unwrap(), &["is in the Secret Service"]);
    assert!(!credentials(&world).contains("aws_access_key_id"));
}

#[test]
fn other_profiles_with_the_same_key_are_named() {
    needs!("gnome-keyring-daemon", "dbus-daemon", "dbus-send");
    let world = World::new();
    let (id, secret) = key();
    let both = format!("aws_access_key_id = {id}\naws_secret_access_key = {secret}\n");
    world.write_credentials(&format!("[default]\n{both}[testuser]\n{both}"));
    world.write(".aws/credentials.mfaexec-backup", &both);
    let desktop = Desktop::new(&world);
    let store = |name: &str| finish(&mut desktop.mfaexec(&["keys", "store", "-p", name, "--yes"]));
    let said = store("testuser");
    has(
        &said.stderr,
        &[
            "profile default has the same key, unencrypted: mfaexec keys store -p default",
            "credentials.mfaexec-backup, which has the key too",
        ],
    );
    said.succeeds();
    assert_eq!(
        credentials(&world),
        format!("[default]\n{both}[testuser]\n")
    );
    store("default").succeeds();
    assert!(files_with(world.home(), &[secret]).is_empty());

    // One item in the keyring is for both.
    let remove = |name: &str, more: &[&str]| {
        let args = [&["keys", "remove", "-p", name, "--yes"], more].concat();
        finish(&mut desktop.mfaexec(&args))
    };
    let said = remove("default", &[]);
    has(
        &said.stderr,
        &[&format!(
            "leave the key {id} in the Secret Service: testuser has it too"
        )],
    );
    said.succeeds();
    remove("testuser", &["--to-file"]).succeeds();
    assert_eq!(
        credentials(&world),
        format!("[default]\n[testuser]\n{both}")
    );
    assert!(!config(&world).contains("mfaexec_stored_key"));
    world.sign_in(&[]);
}

#[test]
fn the_key_of_the_files_comes_first_and_explain_says_so() {
    needs!("gnome-keyring-daemon", "dbus-daemon", "dbus-send");
    let world = World::new();
    let desktop = Desktop::new(&world);
    let before = credentials(&world);
    finish(&mut desktop.mfaexec(&["keys", "store", "-p", "testuser", "--yes"])).succeeds();
    let (id, _) = key();

    // Both have the same key: a copy is left that should not be.
    world.write_credentials(&before);
    let explained = finish(&mut desktop.mfaexec(&["explain", "-p", "testuser"])).succeeds();
    has(
        &explained,
        &[
            &format!("the key {id} is stored, and unencrypted in "),
            "mfaexec keys store -p testuser removes it there",
        ],
    );
    // Another key: it is the one that other tools use.
    let account = Account::story();
    let other = account.user("otheruser");
    world.write_credentials(&format!(
        "[testuser]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
        other.access_key_id(),
        other.secret_access_key()
    ));
    let explained = finish(&mut desktop.mfaexec(&["explain", "-p", "testuser"])).succeeds();
    has(
        &explained,
        &[
            &format!("the key {}", other.access_key_id()),
            &format!("the stored key {id} is not used: the key in "),
            "comes first, as other tools use it",
        ],
    );
    // Half a key is none.
    world.write_credentials(&format!("[testuser]\naws_access_key_id = {id}\n"));
    let explained = finish(&mut desktop.mfaexec(&["explain", "-p", "testuser"])).succeeds();
    has(
        &explained,
        &[&format!(
            "the stored key {id} is used, and not what is left of a key in "
        )],
    );
    finish(&mut desktop.mfaexec(&["keys", "store", "-p", "testuser", "--yes"])).succeeds();
    assert_eq!(credentials(&world), "[testuser]\n");
}

#[test]
fn the_last_copy_of_a_key_goes_only_if_a_person_says_so() {
    needs!("gnome-keyring-daemon", "dbus-daemon", "dbus-send");
    let world = World::new();
    let desktop = Desktop::new(&world);
    finish(&mut desktop.mfaexec(&["keys", "store", "-p", "testuser", "--yes"])).succeeds();
    let (id, _) = key();
    let mut asked = terminal(desktop.mfaexec(&["keys", "remove", "-p", "testuser"]));
    asked
        .exp_string(&format!("this machine may have no other copy of {id}"))
        .unwrap();
    asked
        .exp_string("Delete the key of testuser for good? [y/N] ")
        .unwrap();
    asked.send_line("n").unwrap();
    has(&asked.exp_eof().unwrap(), &["nothing was changed"]);
    let code = world.code();
    finish(&mut desktop.mfaexec(&["login", "-p", "testuser", "-c", &code])).succeeds();

    finish(&mut desktop.mfaexec(&["keys", "remove", "-p", "testuser", "--yes"])).succeeds();
    let error =
        finish(&mut desktop.mfaexec(&["keys", "remove", "-p", "testuser", "--yes"])).fails(1);
    has(&error, &["leads to no session", "it has no access key"]);
    let listed = finish(&mut desktop.mfaexec(&["keys", "list", "-p", "testuser"])).succeeds();
    assert_eq!(listed, "");
}

/// Whenever it is killed, the key is where a run finds it, and another `keys store` ends the work.
#[test]
fn a_store_that_is_killed_loses_no_key() {
    needs!("gnome-keyring-daemon", "dbus-daemon", "dbus-send");
    let world = World::new();
    let desktop = Desktop::new(&world);
    let before = credentials(&world);
    let (_, secret) = key();
    for round in 0..25 {
        world.write_credentials(&before);
        let mut store = desktop.mfaexec(&["keys", "store", "-p", "testuser", "--yes"]);
        let store = store.stdout(Stdio::null()).stderr(Stdio::null());
        let mut store = store.spawn().unwrap();
        std::thread::sleep(Duration::from_millis(round * 3));
        let _ = store.kill();
        store.wait().unwrap();
        let mut regions = desktop.mfaexec(&["login", "-p", "testuser", "--without-mfa", "--fresh"]);
        finish(regions.arg("-q")).succeeds();
    }
    finish(&mut desktop.mfaexec(&["keys", "store", "-p", "testuser", "--yes"])).succeeds();
    assert!(files_with(world.home(), &[secret]).is_empty());
}

#[test]
fn what_is_no_key_of_a_file_is_not_stored() {
    let world = World::new();
    world.write_config(
        "[profile program]\ncredential_process = /bin/false\n\
         [profile none]\nregion = x\n",
    );
    let error = world
        .run(&["keys", "store", "-p", "program", "--yes"])
        .fails(1);
    has(
        &error,
        &[
            "the key of profile program cannot be stored",
            "credential_process",
        ],
    );
    let error = world
        .run(&["keys", "remove", "-p", "testuser", "--yes"])
        .fails(1);
    has(
        &error,
        &[
            "profile testuser has no stored key",
            "/.aws/credentials, line ",
        ],
    );
    let mut of_environment = world.mfaexec(&["keys", "store", "--yes"]);
    of_environment
        .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "secret");
    has(
        &finish(&mut of_environment).fails(1),
        &["it is in the environment"],
    );
    for (action, option) in [
        ("list", "--yes"),
        ("store", "--to-file"),
        ("remove", "--json"),
    ] {
        let error = world.run(&["keys", action, option]).fails(2);
        has(&error, &[&format!("keys {action} has no {option}")]);
    }
}
