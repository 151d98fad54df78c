//! `mfaexec keys list`: where the keys of all profiles are.

use serde_json::{Value, json};

use crate::desktop::Desktop;
use crate::harness::{World, finish, has};
use crate::keys_store::key;
use crate::skipping::needs;

#[test]
fn each_key_with_its_place_and_no_secret() {
    needs!("gnome-keyring-daemon", "dbus-daemon", "dbus-send");
    let world = World::new();
    let mut desktop = Desktop::new(&world);
    let (id, secret) = key();
    finish(&mut desktop.mfaexec(&["keys", "store", "-p", "testuser", "--yes"])).succeeds();
    let list = |desktop: &Desktop<'_>, more: &[&str]| {
        let args = [&["keys", "list"], more].concat();
        finish(&mut desktop.mfaexec(&args)).succeeds()
    };
    let all = list(&desktop, &[]);
    let row = |text: &str, name: &str| {
        let row = text.lines().find(|line| line.starts_with(name));
        row.unwrap()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    };
    has(&all, &["PROFILE", "KEY", "WHERE"]);
    assert_eq!(
        row(&all, "testuser"),
        format!("testuser {id} the Secret Service")
    );
    has(
        &row(&all, "otheruser"),
        &["/.aws/credentials, line ", ", unencrypted"],
    );
    assert!(!all.contains(&secret));

    desktop.lock();
    let own = ["-p", "testuser"];
    has(&list(&desktop, &own), &["the Secret Service: locked"]);
    let as_json: Value =
        serde_json::from_str(&list(&desktop, &["-p", "testuser", "--json"])).unwrap();
    let expected = json!({ "keys": [{
        "profile": "testuser", "access_key_id": id, "store": "system", "place": null,
        "state": "locked",
    }] });
    assert_eq!(as_json, expected);

    desktop.log_in_again();
    desktop.delete_secrets();
    has(&list(&desktop, &own), &["the Secret Service: missing"]);
    desktop.stop();
    has(
        &list(&desktop, &own),
        &["the Secret Service cannot be reached: "],
    );
    let as_json: Value =
        serde_json::from_str(&list(&desktop, &["-p", "testuser", "--json"])).unwrap();
    assert_eq!(as_json["keys"][0]["state"], "unknown");
}

#[test]
fn without_keys_the_list_is_empty() {
    let world = World::new();
    world.write_credentials("[x]\nregion = y\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n");
    let said = world.run(&["keys", "list"]);
    has(&said.stderr, &["no profile has a long-term key"]);
    assert_eq!(said.succeeds(), "");
    let as_json: Value =
        serde_json::from_str(&world.run(&["keys", "list", "--json"]).succeeds()).unwrap();
    assert_eq!(as_json, json!({ "keys": [] }));
}
