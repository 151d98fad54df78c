//! A stored key that cannot be read: each reason has its words, and no code is spent for it. And a run
//! whose session is cached never asks for the key.

use std::io::ErrorKind;
use std::os::unix::net::UnixListener;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Stdio};
use std::time::Instant;

use crate::desktop::{Desktop, PASSWORD, prompter_installed};
use crate::dialogs_real::Display;
use crate::doctor::{Checks, doctor, make_healthy};
use crate::harness::{SERIAL, World, eventually, finish, has, kill};
use crate::keys_store::{credentials, key};
use crate::skipping::needs;

const STORE: [&str; 5] = ["keys", "store", "-p", "testuser", "--yes"];
/// The window of the keyring's question.
const WINDOW: &str = "^Unlock";

fn stored(world: &World) -> Desktop<'_> {
    let desktop = Desktop::new(world);
    finish(&mut desktop.mfaexec(&STORE)).succeeds();
    desktop
}

/// Signs in with a code that must not be spent, and gives the error.
#[track_caller]
fn refused(world: &World, desktop: &Desktop<'_>, code: &str) -> String {
    let error = finish(&mut desktop.mfaexec(&["login", "-p", "testuser", "-c", code])).fails(1);
    assert!(world.code_calls().is_empty(), "{error}");
    has(&error, &["of profile testuser cannot be read"]);
    error
}

#[test]
fn a_locked_keyring_without_a_display_is_an_error_at_once() {
    needs!("gnome-keyring-daemon", "dbus-daemon", "dbus-send");
    let world = World::new();
    let mut desktop = stored(&world);
    desktop.lock();
    let code = world.code();
    let error = refused(&world, &desktop, &code);
    has(
        &error,
        &[
            "the Secret Service is locked, and no window can ask for its password",
            "neither DISPLAY nor WAYLAND_DISPLAY is set",
            "(read -rs p; printf %s \"$p\" | gnome-keyring-daemon --replace --unlock)",
        ],
    );
    let mut no_input = desktop.mfaexec(&["login", "-p", "testuser", "-c", &code, "--no-input"]);
    let error = finish(no_input.env("DISPLAY", ":99")).fails(1);
    has(
        &error,
        &[
            "is locked, and --no-input was given",
            "leave --no-input out",
        ],
    );

    // The code is as good as before.
    desktop.log_in_again();
    finish(&mut desktop.mfaexec(&["login", "-p", "testuser", "-c", &code])).succeeds();
}

#[test]
fn the_remedy_unlocks_the_keyring() {
    needs!("gnome-keyring-daemon", "dbus-daemon", "dbus-send");
    let world = World::new();
    let mut desktop = stored(&world);
    desktop.lock();
    desktop.start(&["--replace", "--unlock"]);
    let code = world.code();
    eventually("the keyring is open", || {
        let listed = finish(&mut desktop.mfaexec(&["keys", "list", "-p", "testuser"]));
        listed.stdout.ends_with("the Secret Service\n")
    });
    finish(&mut desktop.mfaexec(&["login", "-p", "testuser", "-c", &code])).succeeds();
}

#[test]
fn a_keyring_that_is_gone_is_an_error_with_what_to_do() {
    needs!("gnome-keyring-daemon", "dbus-daemon", "dbus-send");
    let world = World::new();
    let mut desktop = stored(&world);
    let code = world.code();
    desktop.stop();
    let error = refused(&world, &desktop, &code);
    has(
        &error,
        &[
            "the Secret Service cannot be reached: ",
            "org.freedesktop.secrets",
            "log in to the desktop",
        ],
    );
    // Not even a bus.
    let mut login = world.mfaexec(&["login", "-p", "testuser", "-c", &code]);
    let error =
        finish(login.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")).fails(1);
    has(
        &error,
        &[
            "the Secret Service cannot be reached: ",
            "log in to the desktop",
        ],
    );
    assert!(world.code_calls().is_empty());
    desktop.start(&["--unlock"]);
    finish(&mut desktop.mfaexec(&["login", "-p", "testuser", "-c", &code])).succeeds();
}

#[test]
fn a_key_that_someone_has_deleted_is_an_error_with_what_to_do() {
    needs!("gnome-keyring-daemon", "dbus-daemon", "dbus-send");
    let world = World::new();
    let desktop = stored(&world);
    desktop.delete_secrets();
    let code = world.code();
    let error = refused(&world, &desktop, &code);
    has(
        &error,
        &[
            "the Secret Service does not have it",
            "aws configure --profile testuser, then mfaexec keys store -p testuser",
        ],
    );
    let error = finish(&mut desktop.mfaexec(&STORE)).fails(1);
    has(&error, &["the Secret Service does not have it"]);
    // The line can go all the same.
    let said = finish(&mut desktop.mfaexec(&["keys", "remove", "-p", "testuser", "--yes"]));
    has(&said.stderr, &["was not in the Secret Service any more"]);
    said.succeeds();
}

#[test]
fn a_keyring_without_a_place_for_keys_names_the_other_store() {
    needs!("gnome-keyring-daemon", "dbus-daemon", "dbus-send");
    let world = World::new();
    let mut desktop = Desktop::without_keyring(&world);
    desktop.start(&[]);
    let before = credentials(&world);
    let error = finish(&mut desktop.mfaexec(&STORE)).fails(1);
    has(
        &error,
        &[
            "the Secret Service cannot keep it: it has no default keyring",
            "mfaexec keys store -p testuser --in file",
        ],
    );
    assert_eq!(credentials(&world), before);
}

/// A run that waits for the keyring's question on this display.
fn at_question(desktop: &Desktop<'_>, display: &Display, code: &str) -> Child {
    let mut command = desktop.mfaexec(&["login", "-p", "testuser", "-c", code]);
    command.env("DISPLAY", &display.name);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

#[test]
fn the_keyring_asks_for_its_password_and_the_run_goes_on() {
    needs!(
        "gnome-keyring-daemon",
        "dbus-daemon",
        "dbus-send",
        "Xvfb",
        "xdotool"
    );
    if !prompter_installed("the_keyring_asks_for_its_password_and_the_run_goes_on") {
        return;
    }
    let world = World::new();
    let mut desktop = stored(&world);
    let display = Display::new(&world);
    desktop.shows_questions(&display);
    desktop.lock();
    let code = world.code();

    // Dismissed.
    let run = at_question(&desktop, &display, &code);
    display.types_into(WINDOW, &world, "", "Escape");
    let output = run.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    has(
        &stderr,
        &[
            "waiting for the keyring to be unlocked in its window",
            "the Secret Service is locked, and its question was dismissed",
            "run it again",
        ],
    );
    assert_eq!(output.status.code(), Some(1));

    // ^C ends the run at once. GNOME's question stays, and unlocks the keyring for the next run.
    let mut run = at_question(&desktop, &display, &code);
    display.waits_for(WINDOW, &world);
    kill("INT", &run.id().to_string());
    let status = run.wait().unwrap();
    assert_eq!(status.signal(), Some(2), "{status:?}");

    // Answered. No code was spent before.
    assert!(world.code_calls().is_empty());
    let run = at_question(&desktop, &display, &code);
    display.types_into(WINDOW, &world, PASSWORD, "Return");
    let output = run.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(world.code_calls().len(), 1);
}

/// A bus on which no one ever answers, and which can tell whether someone has come.
#[test]
fn a_run_whose_session_is_cached_never_comes_near_the_store() {
    let world = World::new();
    world.sign_in(&[]);
    let (id, _) = key();
    world.write_credentials("");
    world.write_config(&format!(
        "[profile testuser]\nmfaexec_stored_key = {id}\nmfa_serial = {}\n",
        crate::harness::SERIAL
    ));
    let socket = world.home().join("bus");
    let bus = UnixListener::bind(&socket).unwrap();
    bus.set_nonblocking(true).unwrap();
    let address = format!("unix:path={}", socket.display());
    let with_bus = |args: &[&str]| {
        let mut command = world.mfaexec(args);
        command.env("DBUS_SESSION_BUS_ADDRESS", &address);
        command
    };
    for args in [
        &["-p", "testuser", "--no-input", "--", "true"][..],
        &["explain", "-p", "testuser"],
        &["status", "-p", "testuser"],
        &["credential-process", "-p", "testuser"],
    ] {
        finish(&mut with_bus(args)).succeeds();
    }
    assert_eq!(bus.accept().unwrap_err().kind(), ErrorKind::WouldBlock);

    // A run that needs the key comes, and does not wait for ever.
    let begun = Instant::now();
    let code = world.code();
    let error = finish(&mut with_bus(&[
        "login", "--fresh", "-p", "testuser", "-c", &code,
    ]))
    .fails(1);
    has(
        &error,
        &["the Secret Service cannot be reached: it did not answer for "],
    );
    assert!(bus.accept().is_ok(), "after {:?}", begun.elapsed());
    assert_eq!(world.code_calls().len(), 1);
}

/// What is not asked for a session reads the key from its store, too; doctor as far as no one is asked.
#[test]
fn other_commands_read_the_stored_key() {
    needs!("gnome-keyring-daemon", "dbus-daemon", "dbus-send");
    let world = World::new();
    make_healthy(&world);
    let mut desktop = Desktop::new(&world);
    finish(&mut desktop.mfaexec(&["keys", "store", "-p", "testuser", "--yes"])).succeeds();
    let (id, _) = key();
    let checks = |desktop: &Desktop<'_>| {
        let mut doctor = doctor(&world, &["-p", "testuser"]);
        desktop.joins(&mut doctor);
        Checks::of(&mut doctor)
    };
    let found = checks(&desktop);
    found.has("key", &["ok: ", &format!("{id} works and is of ")]);
    found.has("policy", &["the key alone is refused ec2:DescribeRegions"]);
    let listed = finish(&mut desktop.mfaexec(&["mfa", "list", "-p", "testuser"]));
    has(&listed.succeeds(), &[SERIAL]);
    finish(&mut desktop.mfaexec(&["regions", "-p", "testuser"])).succeeds();

    desktop.lock();
    checks(&desktop).has(
        "key",
        &[
            "not_checked: ",
            &format!("the key {id} in the Secret Service | it is locked, and doctor asks no one"),
            "mfaexec login -p testuser asks for it",
        ],
    );
    let error = finish(&mut desktop.mfaexec(&["mfa", "list", "-p", "testuser"])).fails(1);
    has(&error, &["the Secret Service is locked"]);

    desktop.stop();
    checks(&desktop).has("key", &["failed: ", "the Secret Service cannot be reached"]);
}
