//! The kernel's keyring fails: absent, full, revoked, out of sight. A session is never lost by it
//! in mid-run, and plain files are said to be plain, once.

use std::fs;
use std::process::Stdio;
use std::time::Duration;

use local_aws::Fault;

use crate::harness::{Said, World, eventually, finish, has};
use crate::skipping::{namespaces_wanted, needs, root_wanted};
use crate::trouble::{names, said, trouble_source};

const PLAIN: &str = "sessions are kept in files without encryption";

/// The content of the one session's file.
fn session(world: &World) -> Vec<u8> {
    let mut files = names(&world.cache());
    files.retain(|name| name.ends_with(".session"));
    assert_eq!(files.len(), 1, "{files:?}");
    fs::read(world.cache().join(&files[0])).unwrap()
}

#[test]
fn no_keyring_at_all() {
    needs!("python3");
    for error in ["EPERM", "ENOSYS"] {
        let world = World::new();
        let run = |args: &[&str]| {
            let mut command = world.trouble(&["without_keyring", error, "mfaexec"]);
            finish(command.args(["-p", "testuser"]).args(args))
        };
        let code = world.code();
        let wish = ["--cache", "encrypted", "-c", &code, "--", "echo", "ran"];
        let refused = run(&wish).fails(125);
        has(
            &refused,
            &["cannot be kept encrypted", "keyring", "leave --cache out"],
        );
        assert!(
            world.aws.journal().is_empty(),
            "{error}: known before the code"
        );

        let first = run(&["-c", &code, "--", "echo", "ran"]);
        has(&first.stderr, &[PLAIN, "readable by you alone", "keyring"]);
        assert_eq!(first.stderr.matches(PLAIN).count(), 1);
        assert_eq!(first.succeeds(), "ran\n");
        assert!(session(&world).starts_with(b"MFX1p"));
        // Found again, and nothing more is said, now or after the next code.
        let second = run(&["--no-input", "--", "echo", "ran"]);
        assert_eq!(second.stderr, "");
        assert_eq!(second.succeeds(), "ran\n");
        let third = run(&["--fresh", "-c", &world.code(), "--", "echo", "ran"]);
        assert!(!third.stderr.contains(PLAIN), "{third:?}");
        assert_eq!(third.succeeds(), "ran\n");
        assert_eq!(world.code_calls().len(), 2);
    }
}

#[test]
fn a_keyring_that_is_out_of_reach_for_one_run_costs_no_session() {
    needs!("python3");
    let world = World::new();
    world.sign_in(&[]);
    let before = session(&world);
    let mut command = world.trouble(&["without_keyring", "EPERM", "mfaexec", "-p", "testuser"]);
    let error = finish(command.args(["--no-input", "--", "true"])).fails(125);
    has(&error, &["a code is needed"]);
    assert_eq!(session(&world), before);
    world
        .run(&["-p", "testuser", "--no-input", "--", "true"])
        .succeeds();
}

#[test]
fn a_login_whose_session_keyring_does_not_link_the_users() {
    needs!("python3");
    let world = World::new();
    world.sign_in(&[]);
    let in_new_session = |args: &[&str]| {
        let mut command = world.trouble(&["in_new_session_keyring", "mfaexec"]);
        finish(command.args(args))
    };
    let cached = ["-p", "testuser", "--no-input", "--", "true"];
    in_new_session(&cached).succeeds();
    // What such a login keeps is found in others of its kind, and in a usual one.
    let code = world.code();
    let fresh = ["login", "-p", "testuser", "--fresh", "-c", &code];
    let said = in_new_session(&fresh);
    assert_eq!(said.stderr, "");
    said.succeeds();
    assert!(session(&world).starts_with(b"MFX1e"));
    in_new_session(&cached).succeeds();
    world.run(&cached).succeeds();
    // It can make the key, too.
    world.run(&["clear", "-q"]).succeeds();
    let code = world.code();
    let encrypted = [
        "login",
        "-p",
        "testuser",
        "--cache",
        "encrypted",
        "-c",
        &code,
    ];
    in_new_session(&encrypted).succeeds();
    in_new_session(&cached).succeeds();
    world.run(&cached).succeeds();
}

#[test]
fn a_user_who_may_have_no_more_keys() {
    needs!("python3");
    if !root_wanted("a_user_who_may_have_no_more_keys") {
        return;
    }
    let world = World::new();
    world.give_away();
    let code = world.code();
    // One process holds the keys for all runs: the kernel counts given up ones a while longer.
    let script = format!(
        "mfaexec -p testuser --cache encrypted -c {code} -- echo ran 2>refused && exit 9
         mfaexec -p testuser -c {code} -- echo ran 2>told
         mfaexec -p testuser --no-input -- echo hit"
    );
    let begin = ["python3", "-c", trouble_source(), "with_full_quota"];
    let line = [&begin[..], &["sh", "-c", &script]].concat();
    let said = finish(&mut world.as_stranger(&line));
    let words = |name: &str| fs::read_to_string(world.home().join(name)).unwrap();
    has(&words("refused"), &["cannot be kept encrypted", "Quota"]);
    has(&words("told"), &[PLAIN, "Quota"]);
    assert_eq!(said.stderr, "");
    assert_eq!(said.succeeds(), "ran\nhit\n");
    assert_eq!(world.code_calls().len(), 1);
}

#[test]
fn a_key_that_is_revoked_or_expires_between_runs_is_a_miss() {
    needs!("python3");
    if !namespaces_wanted("a_key_that_is_revoked_or_expires_between_runs_is_a_miss") {
        return;
    }
    for trouble in ["revoke_key", "let_key_expire"] {
        for cache in ["", "--cache encrypted"] {
            let world = World::new();
            let (code, next) = (world.code(), "$(cat next)");
            world.aws.move_clock(30);
            world.write("next", world.aws.code("testuser"));
            world.aws.move_clock(-30);
            let script = format!(
                "mfaexec login -q -p testuser {cache} -c {code} >/dev/null
                 mfaexec -p testuser {cache} --no-input -- echo hit
                 $TROUBLE {trouble}
                 mfaexec -p testuser {cache} --no-input -- echo ran 2>missed && exit 9
                 mfaexec login -q -p testuser {cache} -c {next} >/dev/null
                 mfaexec -p testuser {cache} --no-input -- echo hit again
                 head -c 5 .cache/mfaexec/*.session"
            );
            let said = finish(&mut world.apart(&[], &script));
            assert_eq!(said.stderr, "", "{trouble} {cache}");
            assert_eq!(
                said.succeeds(),
                "hit\nhit again\nMFX1e",
                "{trouble} {cache}"
            );
            let missed = fs::read_to_string(world.home().join("missed")).unwrap();
            has(&missed, &["a code is needed"]);
        }
    }
}

/// A run that waits for STS while something happens to the keyring, and one after it.
fn in_mid_run(trouble: &str, options: &str) -> (World, Said) {
    let world = World::new();
    world.aws.fault_on(
        "GetSessionToken",
        Fault::Slow(Duration::from_millis(1500)),
        1,
    );
    let code = world.code();
    let script = format!(
        "{{ until [ -e sent ]; do sleep 0.02; done; $TROUBLE {trouble} && touch done; }} &
         mfaexec -p testuser {options} -c {code} -- sh -c '[ -e done ] && echo ran'
         wait
         exec mfaexec -p testuser {options} --no-input -- echo hit"
    );
    let mut command = world.apart(&[], &script);
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    eventually("the code is sent", || !world.code_calls().is_empty());
    world.write("sent", "");
    let said = said(child);
    assert_eq!(world.code_calls().len(), 1, "{said:?}");
    (world, said)
}

#[test]
fn a_key_or_a_keyring_that_is_revoked_in_mid_run() {
    needs!("python3");
    if !namespaces_wanted("a_key_or_a_keyring_that_is_revoked_in_mid_run") {
        return;
    }
    // Another key is made.
    let (_world, said) = in_mid_run("revoke_key", "--cache encrypted");
    assert_eq!(said.stderr, "mfaexec: waiting for the answer of AWS\n");
    assert_eq!(said.succeeds(), "ran\nhit\n");
    // There is no keyring any more: plain, and said.
    let (world, said) = in_mid_run("revoke_keyring", "");
    has(&said.stderr, &[PLAIN, "it was revoked"]);
    assert_eq!(said.succeeds(), "ran\nhit\n");
    assert!(session(&world).starts_with(b"MFX1p"));
    // Plain was ruled out: the session is used all the same, and not kept.
    let (world, said) = in_mid_run("revoke_keyring", "--cache encrypted");
    assert_eq!(
        (said.code, said.stdout.as_str()),
        (Some(125), "ran\n"),
        "{said:?}"
    );
    has(
        &said.stderr,
        &["the session cannot be kept, the next run will ask again"],
    );
    assert!(
        names(&world.cache())
            .iter()
            .all(|name| !name.ends_with(".session"))
    );
}
