//! `mfaexec keys rotate`: what becomes of the keys in IAM.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::PathBuf;
use std::time::Instant;

use local_aws::Entry;

use crate::harness::{Said, World, finish, has};
use crate::trouble::names;

pub(crate) const OLD: &str = "AKIAIOSFODNN7EXAMPLE";
pub(crate) const OLD_SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
pub(crate) const ROTATE: [&str; 5] = ["keys", "rotate", "-p", "testuser", "--yes"];

/// A user with the policy that `mfaexec policy self-service` prints, and with an MFA session.
pub(crate) fn world() -> World {
    let world = World::new();
    allow(&world, &world.run(&["policy", "self-service"]).succeeds());
    world.sign_in(&[]);
    world
}

pub(crate) fn allow(world: &World, policy: &str) {
    world.aws.edit(|account| {
        account
            .put_user_policy("testuser", "self-service", policy)
            .unwrap();
    });
}

/// The user's keys in IAM: id, secret, and whether each is active.
pub(crate) fn keys(world: &World) -> Vec<(String, String, bool)> {
    let account = world.aws.account();
    let keys = account.user("testuser").keys.iter();
    keys.map(|key| (key.id.clone(), key.secret.clone(), key.active))
        .collect()
}

pub(crate) fn ids(world: &World) -> Vec<(String, bool)> {
    let keys = keys(world).into_iter();
    keys.map(|(id, _, active)| (id, active)).collect()
}

pub(crate) fn credentials(world: &World) -> PathBuf {
    world.home().join(".aws/credentials")
}

pub(crate) fn read(world: &World) -> String {
    fs::read_to_string(credentials(world)).unwrap()
}

/// The pair of the user's in the file, which works.
#[track_caller]
pub(crate) fn key_in_file(world: &World) -> (String, String) {
    let text = read(world);
    let all = keys(world).into_iter();
    let mut there = all.filter(|(id, secret, active)| {
        *active
            && text.contains(&format!(
                "aws_access_key_id = {id}\naws_secret_access_key = {secret}\n"
            ))
    });
    let (id, secret, _) = there
        .next()
        .unwrap_or_else(|| panic!("no working key in:\n{text}"));
    (id, secret)
}

/// One key is left, it is in the file, and nothing else is beside the file.
#[track_caller]
pub(crate) fn is_tidy(world: &World) {
    let (id, _) = key_in_file(world);
    let rest: Vec<_> = ids(world)
        .into_iter()
        .filter(|(other, active)| *active && *other != id)
        .collect();
    assert_eq!(rest, [], "another key is active");
    assert_eq!(names(&world.home().join(".aws")), ["config", "credentials"]);
}

#[track_caller]
pub(crate) fn shows_no_secret(world: &World, said: &Said) {
    for (_, secret, _) in keys(world) {
        assert!(
            !said.stdout.contains(&secret) && !said.stderr.contains(&secret),
            "{said:?}"
        );
    }
}

fn actions(entries: &[Entry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.action.as_str()).collect()
}

fn second_key(world: &World, active: bool) -> String {
    let id = "AKIASECONDKEYEXAMPLE";
    world.aws.edit(|account| {
        let mut key = account.user("testuser").keys[0].clone();
        (key.id, key.secret, key.active) =
            (id.to_owned(), "second/secret/EXAMPLEKEY".to_owned(), active);
        key.last_used = None;
        account.user_mut("testuser").keys.push(key);
    });
    id.to_owned()
}

#[test]
fn a_new_key_takes_the_place_of_the_old_one_which_becomes_inactive() {
    let world = world();
    let before = read(&world);
    fs::set_permissions(credentials(&world), fs::Permissions::from_mode(0o600)).unwrap();
    world.aws.clear_journal();
    let said = world.run(&ROTATE);
    let (new, secret) = key_in_file(&world);
    has(
        &said.stderr,
        &[
            "create a new key for user testuser",
            &format!("make {OLD} inactive"),
            &format!("created {new}"),
            &format!("AWS knows {new}"),
            &format!(
                "mfaexec -p testuser -- aws iam delete-access-key --user-name testuser --access-key-id {OLD}"
            ),
        ],
    );
    shows_no_secret(&world, &said);
    has(
        &said.succeeds(),
        &[
            &format!("{new} is the key in "),
            &format!("{OLD} is inactive"),
        ],
    );
    assert_eq!(ids(&world), [(OLD.to_owned(), false), (new.clone(), true)]);
    // Every other byte, the owner and the mode are as they were, and the old secret is nowhere.
    assert_eq!(
        read(&world),
        before.replace(OLD, &new).replace(OLD_SECRET, &secret)
    );
    assert_eq!(
        fs::metadata(credentials(&world)).unwrap().mode() & 0o7777,
        0o600
    );
    is_tidy(&world);
    let journal = world.aws.journal();
    assert_eq!(
        actions(&journal),
        [
            "GetCallerIdentity",
            "ListAccessKeys",
            "CreateAccessKey",
            "GetCallerIdentity",
            "UpdateAccessKey",
        ]
    );
    assert_eq!(
        journal[3].access_key_id.as_deref(),
        Some(&*new),
        "the new key is proven by itself"
    );
    // The session of the old key is the user's: no code is asked for.
    let codes = world.code_calls().len();
    let run = ["-p", "testuser", "--no-input", "--", "sh", "-c", "aws=1"];
    world.run(&run).succeeds();
    assert_eq!(world.code_calls().len(), codes);
    let status = world.run(&["status", "--json"]).succeeds();
    assert_eq!(status.matches("seconds_left").count(), 1, "{status}");
}

#[test]
fn the_next_rotation_deletes_the_inactive_key() {
    let world = world();
    world.run(&ROTATE).succeeds();
    let (first, _) = key_in_file(&world);
    let said = world.run(&ROTATE);
    has(
        &said.stderr,
        &[
            &format!("delete {OLD} (inactive, created 20"),
            &format!("deleted {OLD}"),
        ],
    );
    said.succeeds();
    let (second, _) = key_in_file(&world);
    assert_eq!(ids(&world), [(first, false), (second, true)]);
    is_tidy(&world);
}

#[test]
fn a_person_is_asked_and_may_say_no() {
    let world = world();
    let before = read(&world);
    let mut terminal = world.at_terminal(&ROTATE[..4]);
    terminal
        .exp_string("Rotate the key of user testuser? [y/N] ")
        .unwrap();
    terminal.send_line("n").unwrap();
    terminal.exp_string("nothing was changed").unwrap();
    terminal.exp_eof().unwrap();
    assert_eq!((read(&world), keys(&world).len()), (before, 1));
    let mut terminal = world.at_terminal(&ROTATE[..4]);
    terminal.exp_string("[y/N] ").unwrap();
    terminal.send_line("y").unwrap();
    terminal.exp_string("is the key in").unwrap();
    terminal.exp_eof().unwrap();
    is_tidy(&world);
    // Without a terminal and without --yes nothing is done.
    let error = world.run(&ROTATE[..4]).fails(1);
    has(&error, &["nothing was changed", "--yes"]);
}

#[test]
fn a_dry_run_shows_the_steps_and_does_none() {
    let world = world();
    let id = second_key(&world, false);
    let before = read(&world);
    world.aws.clear_journal();
    let dry_run = [
        "keys",
        "rotate",
        "-p",
        "testuser",
        "--dry-run",
        "--delete-after",
        "90s",
    ];
    let shown = world.run(&dry_run).succeeds();
    has(
        &shown,
        &[
            &format!("delete {id} (inactive, created "),
            "create a new key for user testuser",
            "/.aws/credentials (profile testuser), instead of ",
            &format!("make {OLD} inactive\ndelete {OLD} after 1m 30s\n"),
        ],
    );
    assert_eq!(read(&world), before);
    assert_eq!(ids(&world), [(OLD.to_owned(), true), (id, false)]);
    let entries = world.aws.journal();
    assert!(
        entries
            .iter()
            .all(|entry| entry.action.starts_with("Get") || entry.action.starts_with("List"))
    );
    is_tidy(&world);
}

#[test]
fn the_old_key_is_deleted_at_once_or_a_little_later() {
    let world = world();
    let said = world
        .run(&[&ROTATE[..], &["--delete-after", "0"]].concat())
        .succeeds();
    has(&said, &[&format!("{OLD} is deleted")]);
    let (new, _) = key_in_file(&world);
    assert_eq!(ids(&world), [(new.clone(), true)]);
    let begun = Instant::now();
    let said = world.run(&[&ROTATE[..], &["--delete-after", "2s"]].concat());
    has(
        &said.stderr,
        &[&format!("waiting 2s before {new} is deleted")],
    );
    said.succeeds();
    assert!(begun.elapsed().as_secs() >= 2);
    assert_eq!(keys(&world).len(), 1);
    let error = world
        .run(&[&ROTATE[..], &["--delete-after", "7d"]].concat())
        .fails(2);
    has(
        &error,
        &[
            "--delete-after 7d is too long",
            "the next mfaexec keys rotate deletes it",
        ],
    );
    assert_eq!(keys(&world).len(), 1);
}

#[test]
fn of_two_active_keys_none_is_deleted_that_was_not_named() {
    let world = world();
    let id = second_key(&world, true);
    let before = read(&world);
    let error = world.run(&ROTATE).fails(1);
    let line = format!("mfaexec keys rotate -p testuser --delete {id}");
    has(
        &error,
        &[
            "two active keys",
            &format!("{OLD} (in profile testuser, active, created"),
            &format!("{id} (active, created"),
            "never used",
            &line,
        ],
    );
    let named = |id: &str| world.run(&[&ROTATE[..], &["--delete", id]].concat());
    has(&named(OLD).fails(1), &["profile testuser has it"]);
    has(
        &named("AKIANOSUCHKEYEXAMPLE").fails(1),
        &["is not possible", &id],
    );
    assert_eq!((read(&world), keys(&world).len()), (before, 2));
    let typed = finish(
        world
            .program("/bin/sh")
            .args(["-c", &format!("{line} --yes")]),
    );
    has(&typed.stderr, &[&format!("deleted {id}")]);
    typed.succeeds();
    assert_eq!(keys(&world).len(), 2);
    is_tidy(&world);
}

#[test]
fn a_key_that_aws_learns_of_a_little_later_is_waited_for() {
    let world = world();
    world.aws.edit(|account| account.settles_after = 3);
    let said = world.run(&ROTATE);
    has(&said.stderr, &["waiting until AWS knows AKIA"]);
    said.succeeds();
    let tries = world.aws.journal();
    let (new, _) = key_in_file(&world);
    let tries = tries
        .iter()
        .filter(|entry| entry.access_key_id.as_deref() == Some(&new));
    let outcomes: Vec<&str> = tries.map(|entry| entry.outcome.as_str()).collect();
    assert!(
        outcomes.len() > 1 && outcomes.ends_with(&["OK"]),
        "{outcomes:?}"
    );
    is_tidy(&world);
}

#[test]
fn without_a_session_a_code_is_asked_for_and_used_once() {
    let world = World::new();
    allow(&world, &world.run(&["policy", "self-service"]).succeeds());
    let error = world.run(&[&ROTATE[..], &["--no-input"]].concat()).fails(1);
    has(&error, &["--no-input was given"]);
    let code = world.code();
    world
        .run(&[&ROTATE[..], &["-c", &code]].concat())
        .succeeds();
    assert_eq!(world.code_calls().len(), 1);
    world
        .run(&["-p", "testuser", "--no-input", "--", "true"])
        .succeeds();
    is_tidy(&world);
}

#[test]
fn a_session_that_aws_has_ended_is_as_good_as_none() {
    let world = world();
    world.aws.end_sessions();
    let error = world.run(&[&ROTATE[..], &["--no-input"]].concat()).fails(1);
    has(&error, &["--no-input was given"]);
    let code = world.code();
    let with_code = [&ROTATE[..], &["-c", &code]].concat();
    world.run(&with_code).succeeds();
    is_tidy(&world);
}
