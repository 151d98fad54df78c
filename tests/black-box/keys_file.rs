//! Where there is no store of secrets: a key in a file that a passphrase opens.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use rexpect::session::PtySession;

use crate::dialogs::{PINENTRY, detached, stand_in};
use crate::harness::{World, finish, has, terminal};
use crate::keys_rotate::allow;
use crate::keys_store::{credentials, key};
use crate::secrets::files_with;

pub(crate) const PASSPHRASE: &str = "correct horse battery";
const STORE: [&str; 5] = ["keys", "store", "-p", "testuser", "--yes"];

/// mfaexec where there is no session bus, also if this machine has one.
fn mfaexec(world: &World, args: &[&str]) -> Command {
    let mut command = world.mfaexec(args);
    command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
    command
}

pub(crate) fn at_terminal(world: &World, args: &[&str]) -> PtySession {
    terminal(mfaexec(world, args))
}

fn file(world: &World) -> PathBuf {
    let (id, _) = key();
    world
        .home()
        .join(format!(".local/share/mfaexec/keys/{id}.age"))
}

/// Stores the key as someone does who is asked for a new passphrase, twice.
pub(crate) fn stored_in_file(world: &World) {
    let mut asked = at_terminal(world, &STORE);
    new_passphrase(&mut asked, &[PASSPHRASE, PASSPHRASE]);
    has(
        &asked.exp_eof().unwrap(),
        &["testuser: its key ", "EXAMPLE.age"],
    );
}

fn new_passphrase(asked: &mut PtySession, typed: &[&str; 2]) {
    asked.exp_string("New passphrase for the key ").unwrap();
    asked.exp_string(" of testuser: ").unwrap();
    asked.send_line(typed[0]).unwrap();
    if typed[0].len() >= 8 {
        asked
            .exp_string("The same passphrase again for the key ")
            .unwrap();
        asked.send_line(typed[1]).unwrap();
    }
}

#[test]
fn without_a_store_the_key_goes_to_a_file_with_a_passphrase() {
    let world = World::new();
    let (id, secret) = key();
    let mut asked = at_terminal(&world, &STORE);
    asked
        .exp_string("the Secret Service cannot be reached: ")
        .unwrap();
    asked
        .exp_string("; the key goes to a file with a passphrase")
        .unwrap();
    new_passphrase(&mut asked, &["short", ""]);
    asked.exp_string("that is too short").unwrap();
    new_passphrase(&mut asked, &[PASSPHRASE, "another passphrase"]);
    asked.exp_string("the two were not the same").unwrap();
    new_passphrase(&mut asked, &[PASSPHRASE, PASSPHRASE]);
    let rest = asked.exp_eof().unwrap();
    has(&rest, &[&format!("testuser: its key {id} is in ")]);
    assert!(!rest.contains(PASSPHRASE), "it is not shown");

    let mode = |path: &PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let file = file(&world);
    assert_eq!(
        (mode(&file), mode(&file.parent().unwrap().to_owned())),
        (0o600, 0o700)
    );
    assert!(
        fs::read(&file)
            .unwrap()
            .starts_with(b"age-encryption.org/v1\n-> scrypt ")
    );
    assert!(!credentials(&world).contains(&id));
    assert!(files_with(world.home(), &[secret, PASSPHRASE.to_owned()]).is_empty());
    let listed = world.run(&["keys", "list", "-p", "testuser"]).succeeds();
    has(&listed, &[&id, "EXAMPLE.age, with a passphrase"]);

    // The passphrase comes first, then the code.
    let code = world.code();
    let mut asked = at_terminal(&world, &["-p", "testuser", "--", "echo", "do\"n\"e"]);
    asked
        .exp_string(&format!("Passphrase for the key {id} of testuser: "))
        .unwrap();
    asked.send_line("not that one").unwrap();
    asked.exp_string("that is not the passphrase").unwrap();
    asked.exp_string("Passphrase for the key ").unwrap();
    asked.send_line(PASSPHRASE).unwrap();
    asked.exp_string("MFA code: ").unwrap();
    asked.send_line(&code).unwrap();
    asked.exp_eof().unwrap();
    world
        .run(&["-p", "testuser", "--no-input", "--", "true"])
        .succeeds();
}

/// With the key alone, IAM refuses to remove the device: an MFA session comes first, from the same key.
#[test]
fn a_passphrase_is_asked_for_once_in_a_run() {
    let world = World::new();
    allow(&world, &world.run(&["policy", "self-service"]).succeeds());
    stored_in_file(&world);
    let mut asked = at_terminal(&world, &["mfa", "remove", "-p", "testuser", "--yes"]);
    asked.exp_string("Passphrase for the key ").unwrap();
    asked.send_line(PASSPHRASE).unwrap();
    let between = asked.exp_string("MFA code: ").unwrap();
    assert!(!between.contains("Passphrase"), "{between}");
    asked.send_line(&world.code()).unwrap();
    has(&asked.exp_eof().unwrap(), &["is removed"]);
}

#[test]
fn no_code_is_spent_without_the_passphrase() {
    let world = World::new();
    stored_in_file(&world);
    let code = world.code();
    let login = ["login", "-p", "testuser", "-c", &code];
    let error = finish(&mut mfaexec(
        &world,
        &[&login[..], &["--no-input"]].concat(),
    ))
    .fails(1);
    has(
        &error,
        &[
            "its passphrase is needed",
            "--no-input was given",
            "--prompt pinentry",
        ],
    );
    let mut asked = at_terminal(&world, &login);
    for _ in 0..3 {
        asked.exp_string("Passphrase for the key ").unwrap();
        asked.send_line("not that one").unwrap();
    }
    has(&asked.exp_eof().unwrap(), &["3 passphrases were wrong"]);
    let mut asked = at_terminal(&world, &login);
    asked.exp_string("Passphrase for the key ").unwrap();
    asked.send_control('d').unwrap();
    has(&asked.exp_eof().unwrap(), &["no passphrase was given"]);
    assert!(world.code_calls().is_empty());

    fs::write(file(&world), "broken").unwrap();
    let mut asked = at_terminal(&world, &login);
    asked.exp_string("Passphrase for the key ").unwrap();
    asked.send_line(PASSPHRASE).unwrap();
    has(
        &asked.exp_eof().unwrap(),
        &["cannot read the key in ", "it is no file of age"],
    );
    assert!(world.code_calls().is_empty());
}

#[test]
fn a_window_asks_where_there_is_no_terminal() {
    let world = World::new();
    stored_in_file(&world);
    let script = PINENTRY.replace("sed -n \"${n}p\"", "cat");
    stand_in(&world, "pinentry", &script);
    world.write("answers", format!("D {PASSPHRASE}\nOK\n"));
    let code = world.code();
    let mut login = detached(&world, &["login", "-p", "testuser", "-c", &code]);
    finish(&mut login).succeeds();
    let asked = fs::read_to_string(world.home().join("asked-1")).unwrap();
    has(
        &asked,
        &["SETDESC Passphrase for the key ", "SETPROMPT Passphrase:"],
    );
}

#[test]
fn the_file_goes_when_the_key_goes_back() {
    let world = World::new();
    let before = credentials(&world);
    stored_in_file(&world);
    let mut asked = at_terminal(
        &world,
        &["keys", "remove", "-p", "testuser", "--to-file", "--yes"],
    );
    asked.exp_string("Passphrase for the key ").unwrap();
    asked.send_line(PASSPHRASE).unwrap();
    has(&asked.exp_eof().unwrap(), &["testuser: its key "]);
    assert_eq!(credentials(&world), before);
    assert!(!file(&world).exists());
    world.sign_in(&[]);
}
