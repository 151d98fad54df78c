//! What other programs see of a stored key: those that listen on the bus, and those that use the profile.

use std::fs;

use crate::desktop::Desktop;
use crate::harness::{World, eventually, finish, has};
use crate::keys_store::{config, key};
use crate::skipping::needs;

/// What a program sees that listens to everything on the bus.
#[test]
fn the_secret_crosses_the_bus_encrypted() {
    needs!(
        "gnome-keyring-daemon",
        "dbus-daemon",
        "dbus-send",
        "dbus-monitor"
    );
    let world = World::new();
    let desktop = Desktop::new(&world);
    let heard = world.home().join("heard");
    let mut monitor = desktop.program("dbus-monitor");
    monitor
        .arg("--session")
        .stdout(fs::File::create(&heard).unwrap());
    let mut monitor = monitor.spawn().unwrap();
    let hears = |what: &str| {
        fs::read_to_string(&heard)
            .unwrap_or_default()
            .contains(what)
    };
    eventually("it listens", || !fs::read(&heard).unwrap().is_empty());
    finish(&mut desktop.mfaexec(&["keys", "store", "-p", "testuser", "--yes"])).succeeds();
    let code = world.code();
    finish(&mut desktop.mfaexec(&["login", "-p", "testuser", "-c", &code])).succeeds();
    eventually("it has heard of the key", || hears("GetSecret"));
    let (id, secret) = key();
    assert!(hears(&id) && !hears(&secret));
    monitor.kill().unwrap();
    monitor.wait().unwrap();
}

/// Other tools get sessions under the name that they had the key under.
#[test]
fn programs_get_sessions_under_the_name_of_the_stored_key() {
    needs!("gnome-keyring-daemon", "dbus-daemon", "dbus-send");
    let world = World::new();
    let desktop = Desktop::new(&world);
    let setup = [
        "setup",
        "credential-process",
        "-p",
        "testuser",
        "--as",
        "testuser",
        "--write",
    ];
    let error = finish(&mut desktop.mfaexec(&setup)).fails(1);
    has(&error, &["aws_access_key_id"]);
    finish(&mut desktop.mfaexec(&["keys", "store", "-p", "testuser", "--yes"])).succeeds();
    finish(&mut desktop.mfaexec(&setup)).succeeds();
    has(
        &config(&world),
        &["[profile testuser]\ncredential_process = "],
    );
    let code = world.code();
    finish(&mut desktop.mfaexec(&["login", "-p", "testuser", "-c", &code])).succeeds();
    let given = finish(&mut desktop.mfaexec(&["credential-process", "-p", "testuser"])).succeeds();
    has(&given, &["\"SessionToken\""]);
}
