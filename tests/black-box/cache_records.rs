//! What a file of the cache says, and when it is trusted: only what is sealed where there is a keyring,
//! and only what an answer of STS could have said.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::harness::{Said, World, finish, has};
use crate::trouble::names;

const EVIL: &str = "ASIAEVIL000000000000";

fn cached(world: &World, options: &[&str]) -> Said {
    let mut command = world.mfaexec(&["-p", "testuser", "--no-input"]);
    finish(
        command
            .args(options)
            .args(["--", "printenv", "AWS_ACCESS_KEY_ID"]),
    )
}

fn misses(world: &World, options: &[&str]) {
    has(&cached(world, options).fails(125), &["a code is needed"]);
}

/// The one session of that kind.
fn session(world: &World, plain: bool) -> PathBuf {
    let mut files = names(&world.cache());
    files.retain(|name| name.ends_with(".session") && name.contains(".plain.") == plain);
    assert_eq!(files.len(), 1, "{files:?}");
    world.cache().join(&files[0])
}

/// Puts a file there that no one else can read.
fn put(path: &Path, content: &[u8]) {
    fs::write(path, content).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

/// Changes what a plain file says.
fn change(world: &World, what: impl Fn(&mut Value)) {
    let path = session(world, true);
    let content = fs::read(&path).unwrap();
    let (magic, json) = content.split_at(5);
    let mut record: Value = serde_json::from_slice(json).unwrap();
    what(&mut record);
    fs::write(
        &path,
        [magic, &serde_json::to_vec(&record).unwrap()].concat(),
    )
    .unwrap();
}

#[test]
fn a_plain_file_is_no_session_where_there_is_a_keyring() {
    let world = World::new();
    world.sign_in(&["--cache", "plain"]);
    change(&world, |record| record["access_key_id"] = json!(EVIL));
    let forged = fs::read(session(&world, true)).unwrap();
    assert_eq!(
        cached(&world, &["--cache", "plain"]).succeeds().trim(),
        EVIL
    );
    // Neither where there is no key yet, nor at a second look, nor after what looks at all files.
    misses(&world, &[]);
    misses(&world, &["--cache", "encrypted"]);
    misses(&world, &[]);
    world.run(&["status"]).succeeds();
    misses(&world, &[]);
    let code = world.code_of("otheruser");
    world
        .run(&["login", "-p", "otheruser", "-c", &code])
        .succeeds();
    misses(&world, &[]);
    // Nor in the place of a sealed one.
    world.sign_in(&[]);
    let good = cached(&world, &[]).succeeds();
    assert_ne!(good.trim(), EVIL);
    let sealed = names(&world.cache());
    let plain = session(&world, true);
    let id = plain.file_name().unwrap().to_str().unwrap();
    let (id, _) = id.split_once('.').unwrap();
    let sealed = sealed
        .iter()
        .find(|name| name.starts_with(id) && name.ends_with(".session") && !name.contains("plain"));
    let sealed = world.cache().join(sealed.unwrap());
    for magic in [&b"MFX2p"[..], b"MFX2t", b"MFX1p"] {
        put(&sealed, &[magic, &forged[5..]].concat());
        misses(&world, &[]);
        assert!(!sealed.exists(), "it is broken, and goes");
    }
    // A user who asked for plain files still has them.
    assert_eq!(
        cached(&world, &["--cache", "plain"]).succeeds().trim(),
        EVIL
    );
}

#[test]
fn what_no_answer_of_sts_could_have_said_is_a_miss() {
    let world = World::new();
    world.sign_in(&["--cache", "plain"]);
    let good = fs::read(session(&world, true)).unwrap();
    let plain = ["--cache", "plain"];
    cached(&world, &plain).succeeds();
    let changes: [(&str, Value); 16] = [
        ("access_key_id", json!("ASIA\nLD_PRELOAD=x")),
        ("access_key_id", json!("")),
        ("secret_access_key", json!("se cret")),
        ("session_token", json!("to\nken")),
        ("session_token", json!("t".repeat(20_000))),
        ("account", json!("12\u{1b}]0;x\u{7}")),
        ("account", json!("12345678901")),
        ("serial", json!("\u{1b}[2Jxxxxxxx")),
        ("source_key_id", json!("AKIA X")),
        ("role_arn", json!("role/with a blank")),
        ("kind", json!("a-kind-of-another-version")),
        ("kind", Value::Null),
        ("duration", json!(0)),
        ("expires_at", json!(u64::MAX)),
        ("expires_at", json!(4_000_000_000_u64)),
        ("obtained_at", json!(0)),
    ];
    for (key, value) in changes {
        let path = session(&world, true);
        change(&world, |record| record[key] = value.clone());
        misses(&world, &plain);
        let status = world.run(&["status"]).succeeds();
        assert_eq!(status, "no cached sessions\n", "{key} {value}");
        put(&path, &good);
        cached(&world, &plain).succeeds();
    }
}

#[test]
fn a_profiles_name_in_a_file_cannot_reach_the_terminal_raw() {
    let world = World::new();
    world.sign_in(&["--cache", "plain"]);
    change(&world, |record| {
        record["profile"] = json!("x\u{1b}]0;evil\u{7}\u{202e}")
    });
    let said = world.run(&["status"]);
    assert!(
        !said.stdout.contains(['\u{1b}', '\u{7}', '\u{202e}']),
        "{said:?}"
    );
    has(&said.succeeds(), &["evil"]);
    let said = world.run(&["clear"]);
    assert!(
        !said.stderr.contains(['\u{1b}', '\u{7}', '\u{202e}']),
        "{said:?}"
    );
}

#[test]
fn a_clock_that_was_set_back_makes_no_session_longer() {
    let world = World::new();
    world.sign_in(&["--cache", "plain"]);
    let moved = |seconds: i64| {
        change(&world, |record| {
            for key in ["obtained_at", "expires_at"] {
                record[key] = json!(record[key].as_i64().unwrap() + seconds);
            }
        });
    };
    let plain = ["--cache", "plain"];
    // To a file from ten years ahead the clock looks as if it was set back by as much.
    moved(315_360_000);
    let error = cached(&world, &["--cache", "plain", "-v"]).fails(125);
    has(&error, &["clock was set back", "a code is needed"]);
    let status = world.run(&["status"]).succeeds();
    assert_eq!(status, "no cached sessions\n");
    // It is put right, and the session was never lost.
    moved(-315_360_000);
    cached(&world, &plain).succeeds();
    // Clocks of two machines with one home directory differ by a bit.
    moved(120);
    cached(&world, &plain).succeeds();
}
