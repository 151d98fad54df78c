//! `mfaexec keys rotate`: what becomes of the keys in IAM and of the files, and what is refused.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::PathBuf;
use std::time::Instant;

use local_aws::{Entry, Fault};

use crate::harness::{SERIAL, Said, World, finish, has};
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

fn allow(world: &World, policy: &str) {
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

fn ids(world: &World) -> Vec<(String, bool)> {
    let keys = keys(world).into_iter();
    keys.map(|(id, _, active)| (id, active)).collect()
}

fn credentials(world: &World) -> PathBuf {
    world.home().join(".aws/credentials")
}

fn read(world: &World) -> String {
    fs::read_to_string(credentials(world)).unwrap()
}

/// The pair of the user's in the file, which works.
#[track_caller]
fn key_in_file(world: &World) -> (String, String) {
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
fn shows_no_secret(world: &World, said: &Said) {
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
fn each_permission_that_is_missing_is_named_and_a_later_run_goes_on() {
    let policy = |actions: &str| {
        format!(
            r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Action": [{actions}],
                "Resource": "arn:aws:iam::*:user/${{aws:username}}"}}}}"#
        )
    };
    let all = [
        "ListAccessKeys",
        "CreateAccessKey",
        "UpdateAccessKey",
        "DeleteAccessKey",
    ];
    let world = world();
    for missing in all {
        let actions = all.iter().filter(|action| **action != missing);
        let actions: Vec<String> = actions.map(|action| format!("\"iam:{action}\"")).collect();
        allow(&world, &policy(&actions.join(", ")));
        let more = ["--delete-after", "0", "--no-input"];
        let error = world.run(&[&ROTATE[..], &more].concat());
        has(
            &error.stderr,
            &[
                &format!("AWS does not allow {missing} with the session of profile testuser"),
                &format!("iam:{missing}; mfaexec policy self-service"),
            ],
        );
        assert_eq!(error.code, Some(1), "{error:?}");
        key_in_file(&world);
        allow(&world, &world.run(&["policy", "self-service"]).succeeds());
        world.run(&[&ROTATE[..], &more].concat()).succeeds();
        is_tidy(&world);
    }
}

#[test]
fn an_answer_that_is_lost_leaves_a_key_that_the_next_run_shows() {
    for fault in [Fault::CutAfter, Fault::ErrorAfter, Fault::HugeBody] {
        let world = world();
        world.aws.fault_on("CreateAccessKey", fault, 1);
        let said = world.run(&ROTATE);
        shows_no_secret(&world, &said);
        has(
            &said.fails(1),
            &[
                "the answer of IAM to CreateAccessKey was lost",
                "mfaexec keys rotate -p testuser",
            ],
        );
        let left = ids(&world)[1].0.clone();
        let error = world.run(&ROTATE).fails(1);
        has(
            &error,
            &[
                "an interrupted rotation may have created",
                &format!("--delete {left}"),
            ],
        );
        assert_eq!(key_in_file(&world).0, OLD);
        world
            .run(&[&ROTATE[..], &["--delete", &left]].concat())
            .succeeds();
        is_tidy(&world);
    }
    // The SDK takes half a secret for a whole one.
    let world = world();
    world
        .aws
        .fault_on("CreateAccessKey", Fault::MalformedXml, 1);
    let said = world.run(&ROTATE);
    shows_no_secret(&world, &said);
    has(
        &said.fails(1),
        &["the answer of IAM broke off", "it is deleted again"],
    );
    assert_eq!(ids(&world), [(OLD.to_owned(), true)]);
    is_tidy(&world);
    // What was surely not done needs no word of the person's.
    let world = self::world();
    for fault in [Fault::Throttling, Fault::Escapes] {
        world.aws.fault_on("CreateAccessKey", fault, 1);
        world.run(&ROTATE).fails(1);
        is_tidy(&world);
    }
    world.run(&ROTATE).succeeds();
}

#[test]
fn a_network_that_fails_between_any_two_calls_is_waited_for_or_told() {
    for action in [
        "GetCallerIdentity",
        "ListAccessKeys",
        "UpdateAccessKey",
        "DeleteAccessKey",
    ] {
        for fault in [Fault::CutBefore, Fault::CutAfter] {
            let world = world();
            world.aws.fault_on(action, fault, 1);
            let more = ["--delete-after", "0", "--no-input"];
            let first = world.run(&[&ROTATE[..], &more].concat());
            assert!(matches!(first.code, Some(0 | 1)), "{first:?}");
            key_in_file(&world);
            world.run(&[&ROTATE[..], &more].concat()).succeeds();
            is_tidy(&world);
        }
    }
}

#[test]
fn an_inactive_key_in_the_file_is_replaced_while_a_session_lasts() {
    let world = world();
    world
        .aws
        .edit(|account| account.user_mut("testuser").keys[0].active = false);
    let said = world.run(&ROTATE);
    assert!(!said.stderr.contains("make AKIA"), "{said:?}");
    said.succeeds();
    is_tidy(&world);
    // Without a session there is nothing to begin with, and no code is asked for.
    let world = World::new();
    world
        .aws
        .edit(|account| account.user_mut("testuser").keys[0].active = false);
    let error = world
        .run(&[&ROTATE[..], &["--code", "123456"]].concat())
        .fails(1);
    has(
        &error,
        &[
            "AWS does not know the access key",
            "see in IAM whether the key is active",
        ],
    );
    assert_eq!(world.code_calls().len(), 0);
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

#[test]
fn a_code_that_is_too_old_for_the_policy_is_named() {
    let world = World::new();
    let policy = world.run(&["policy", "self-service", "--max-age", "1s"]);
    allow(&world, &policy.succeeds());
    world.sign_in(&[]);
    std::thread::sleep(std::time::Duration::from_millis(2100));
    let error = world.run(&ROTATE).fails(1);
    let words = "if a policy asks for a younger one: mfaexec login -p testuser --fresh";
    has(
        &error,
        &["explicit deny", "the code of the session is ", words],
    );
}

#[test]
fn a_key_in_the_config_file_alone_and_one_file_for_both() {
    let pair = format!("aws_access_key_id = {OLD}\naws_secret_access_key = {OLD_SECRET}\n");
    let config = format!("[profile testuser]\n{pair}mfa_serial = {SERIAL}\n[default]\n{pair}");
    let world = world();
    world.write_config(&config);
    fs::remove_file(credentials(&world)).unwrap();
    let path = world.home().join(".aws/config");
    world.run(&ROTATE).succeeds();
    let (new, secret, _) = keys(&world).remove(1);
    let renewed = |text: &str| text.replace(OLD, &new).replace(OLD_SECRET, &secret);
    assert_eq!(fs::read_to_string(&path).unwrap(), renewed(&config));
    assert_eq!(names(&world.home().join(".aws")), ["config"]);

    let world = self::world();
    world.write_config(&config);
    fs::remove_file(credentials(&world)).unwrap();
    let path = world.home().join(".aws/config");
    let mut both = world.mfaexec(&["keys", "rotate", "-p", "default", "--yes"]);
    both.env("AWS_SHARED_CREDENTIALS_FILE", &path);
    both.env("AWS_MFA_SERIAL", SERIAL);
    finish(&mut both).succeeds();
    let (new, secret, _) = keys(&world).remove(1);
    let renewed = |text: &str| text.replace(OLD, &new).replace(OLD_SECRET, &secret);
    assert_eq!(fs::read_to_string(&path).unwrap(), renewed(&config));
    assert_eq!(names(&world.home().join(".aws")), ["config"]);
}

#[test]
fn keys_that_mfaexec_cannot_rotate_are_refused_before_a_code_is_asked_for() {
    let world = World::new();
    world.write_config(
        "[profile program]\ncredential_process = /bin/false\n\
         [profile sso]\nsso_start_url = https://x.awsapps.com/start\nsso_region = eu-central-1\n\
         sso_account_id = 123456789012\nsso_role_name = admin\n\
         [profile temporary]\naws_access_key_id = ASIAIOSFODNN7EXAMPLE\naws_secret_access_key = s\n\
         aws_session_token = t\n",
    );
    let rows: [(&str, &[&str]); 4] = [
        ("program", &["a program gives it", "/.aws/config, line 2"]),
        ("sso", &["its keys are temporary"]),
        ("temporary", &["its key is temporary"]),
        (
            "root",
            &[
                "is not that of an IAM user",
                "arn:aws:iam::123456789012:root",
            ],
        ),
    ];
    for (profile, words) in rows {
        let error = world
            .run(&["keys", "rotate", "-p", profile, "--yes", "-c", "123456"])
            .fails(1);
        has(&error, words);
    }
    world.write_config("[profile testuser]\nmfaexec_expected_account = 999999999999\n");
    let error = world
        .run(&[&ROTATE[..], &["-c", "123456"]].concat())
        .fails(1);
    has(&error, &["999999999999", "123456789012"]);
    let mut of_environment = world.mfaexec(&["keys", "rotate", "--yes"]);
    of_environment
        .env("AWS_ACCESS_KEY_ID", OLD)
        .env("AWS_SECRET_ACCESS_KEY", OLD_SECRET);
    has(
        &finish(&mut of_environment).fails(1),
        &["it is in the environment (AWS_ACCESS_KEY_ID)"],
    );
    assert_eq!(world.code_calls().len(), 0);
    assert_eq!(ids(&world), [(OLD.to_owned(), true)]);
}

#[test]
fn every_profile_with_the_key_gets_the_new_one_in_both_files() {
    let world = World::new();
    allow(&world, &world.run(&["policy", "self-service"]).succeeds());
    let pair = format!("aws_access_key_id = {OLD}\naws_secret_access_key = {OLD_SECRET}\n");
    let config = format!(
        "# mine\r\n[default]\r\nregion = eu-central-1\r\n{pair}[profile deploy]\nsource_profile = testuser\n\
         role_arn = arn:aws:iam::123456789012:role/deployer\n[profile testuser]\nmfa_serial = {SERIAL}\n"
    );
    let credentials = format!(
        "[other]\naws_access_key_id=AKIAOTHER\n# {OLD}\n[testuser]\n{pair}; last\n[twin]\n{pair}"
    );
    world.write_config(&config);
    world.write_credentials(&credentials);
    let code = world.code();
    // A profile with a role: its key is that of its source.
    let said = world.run(&["keys", "rotate", "-p", "deploy", "--yes", "-c", &code]);
    has(
        &said.stderr,
        &[
            "/.aws/config (profile default)",
            "/.aws/credentials (profiles testuser, twin)",
        ],
    );
    said.succeeds();
    let (new, secret) = key_in_file(&world);
    let renewed = pair.replace(OLD, &new).replace(OLD_SECRET, &secret);
    assert_eq!(read(&world), credentials.replace(&pair, &renewed));
    let after = fs::read_to_string(world.home().join(".aws/config")).unwrap();
    assert_eq!(after, config.replace(&pair, &renewed));
    is_tidy(&world);
    // The role's session needs no code either.
    world
        .run(&["-p", "deploy", "--no-input", "--", "true"])
        .succeeds();
}

#[test]
fn a_file_that_is_a_link_stays_one_and_a_mode_stays() {
    let world = world();
    let file = world.write("dotfiles/aws", read(&world));
    fs::set_permissions(&file, fs::Permissions::from_mode(0o400)).unwrap();
    fs::remove_file(credentials(&world)).unwrap();
    symlink("../dotfiles/aws", credentials(&world)).unwrap();
    world.run(&ROTATE).succeeds();
    assert!(credentials(&world).is_symlink());
    assert_eq!(fs::metadata(&file).unwrap().mode() & 0o7777, 0o400);
    is_tidy(&world);
    assert_eq!(names(&world.home().join("dotfiles")), ["aws"]);
}

#[test]
fn a_place_that_cannot_be_written_is_refused_before_a_key_is_created() {
    let world = world();
    world.give_away();
    let line = |more: &[&str]| {
        let line = [&["mfaexec"], &ROTATE[..], more].concat();
        let line: Vec<&str> = line.into_iter().collect();
        finish(&mut world.as_stranger(&line))
    };
    let directory = world.home().join(".aws");
    fs::set_permissions(&directory, fs::Permissions::from_mode(0o500)).unwrap();
    has(
        &line(&["--no-input"]).fails(1),
        &["cannot change", "Permission denied"],
    );
    fs::set_permissions(&directory, fs::Permissions::from_mode(0o700)).unwrap();
    // Someone else's file, which can be read.
    let mut chown = world.program("chown");
    assert!(
        chown
            .args(["0:0"])
            .arg(credentials(&world))
            .status()
            .unwrap()
            .success()
    );
    fs::set_permissions(credentials(&world), fs::Permissions::from_mode(0o644)).unwrap();
    has(
        &line(&["--no-input"]).fails(1),
        &["cannot change", "not permitted"],
    );
    assert_eq!(ids(&world), [(OLD.to_owned(), true)]);
    is_tidy(&world);
}

#[test]
fn a_pair_in_two_sections_is_refused_with_its_place() {
    let world = world();
    world.write_credentials(&format!("[testuser]\naws_access_key_id = {OLD}\n"));
    world.write_config(&format!(
        "[profile testuser]\nmfa_serial = {SERIAL}\naws_secret_access_key = {OLD_SECRET}\n"
    ));
    let error = world.run(&ROTATE).fails(1);
    has(
        &error,
        &[
            "its secret is not in the same section",
            "/.aws/credentials, line 2",
        ],
    );
    assert_eq!(keys(&world).len(), 1);
}
