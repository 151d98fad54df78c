//! The kernel's keyring fails: absent, full, revoked, out of sight. A session is never lost by it
//! in mid-run, and plain files are said to be plain, once for each reason.

use std::fs;
use std::process::Stdio;
use std::time::Duration;

use local_aws::Fault;

use std::time::{SystemTime, UNIX_EPOCH};

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
        let args = ["--cache", "encrypted", "-c", &code, "--", "echo", "ran"];
        let refused = run(&args).fails(125);
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
        assert!(session(&world).starts_with(b"MFX2p"));
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
    assert!(session(&world).starts_with(b"MFX2e"));
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
                 newest=$(ls -t .cache/mfaexec/*.session | head -n 1)
                 head -c 5 $newest"
            );
            let said = finish(&mut world.apart(&[], &script));
            assert_eq!(said.stderr, "", "{trouble} {cache}");
            assert_eq!(
                said.succeeds(),
                "hit\nhit again\nMFX2e",
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
    assert!(session(&world).starts_with(b"MFX2t"));
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

/// Three codes that are all good at the stand-in's time, which is put to the beginning of a code's
/// half minute: at its end the first one would no longer be good.
fn three_codes(world: &World) -> [String; 3] {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    world.aws.move_clock(30 - (now.as_secs() % 30) as i64);
    let codes = [world.code(), world.code(), world.code()];
    world.aws.move_clock(-30);
    codes
}

#[test]
fn a_key_that_may_not_be_read_is_told_and_replaced_when_that_is_over() {
    needs!("python3");
    if !namespaces_wanted("a_key_that_may_not_be_read_is_told_and_replaced_when_that_is_over") {
        return;
    }
    let world = World::new();
    let [first, second, third] = three_codes(&world);
    let script = format!(
        "login() {{ mfaexec login -q -p testuser --fresh -c $1 >/dev/null; }}
         login {first}
         $TROUBLE forbid_key
         login {second} 2>told
         mfaexec -p testuser --no-input -- echo hit
         cat .cache/mfaexec/*.plain.session > plain
         $TROUBLE clear_keyring
         mfaexec -p testuser --no-input -- echo ran 2>missed && exit 9
         login {third}
         mfaexec -p testuser --no-input -- echo hit again
         exec mfaexec status --json"
    );
    let said = finish(&mut world.apart(&[], &script));
    assert_eq!(said.stderr, "");
    let said = said.succeeds();
    assert!(said.starts_with("hit\nhit again\n"), "{said}");
    assert_eq!(said.matches("seconds_left").count(), 1, "{said}");
    let words = |name: &str| fs::read_to_string(world.home().join(name)).unwrap();
    // Also with -q, with words of its own and what to do.
    has(&words("told"), &[PLAIN, "permissions", "keyctl unlink"]);
    assert!(words("plain").starts_with("MFX2t{"));
    // What no one vouches for is no session where there is a keyring.
    has(&words("missed"), &["a code is needed"]);
    let plain = names(&world.cache());
    assert!(
        !plain.iter().any(|name| name.contains("plain")),
        "{plain:?}"
    );
}

#[test]
fn each_reason_for_plain_files_is_told_once_and_again_after_another() {
    needs!("python3");
    if !namespaces_wanted("each_reason_for_plain_files_is_told_once_and_again_after_another") {
        return;
    }
    let world = World::new();
    let [first, second, third] = three_codes(&world);
    let script = format!(
        "login() {{ mfaexec login -q -p testuser --fresh -c $2 >/dev/null 2>$1; }}
         $TROUBLE revoke_keyring
         login first {first}
         login second {second}
         exec $TROUBLE without_keyring EPERM mfaexec -q -p testuser --fresh -c {third} -- echo ran"
    );
    let said = finish(&mut world.apart(&[], &script));
    let words = |name: &str| fs::read_to_string(world.home().join(name)).unwrap();
    has(&words("first"), &[PLAIN, "it was revoked", "log out"]);
    assert_eq!(words("second"), "", "the same reason is no news");
    has(&said.stderr, &[PLAIN, "no kernel keyring here"]);
    assert_eq!(said.succeeds(), "ran\n");
}

#[test]
fn a_plain_file_of_a_place_without_keyring_stays_that_places_own() {
    needs!("python3");
    let world = World::new();
    let without = |args: &[&str]| {
        let mut command = world.trouble(&["without_keyring", "ENOSYS", "mfaexec"]);
        finish(command.args(["-p", "testuser"]).args(args))
    };
    let cached = ["--no-input", "--", "true"];
    without(&["-c", &world.code(), "--", "true"]).succeeds();
    // As a container and its host that have one home directory: they take turns.
    world.sign_in(&[]);
    without(&cached).succeeds();
    without(&["--fresh", "-c", &world.code(), "--", "true"]).succeeds();
    let options = [&["-p", "testuser"][..], &cached].concat();
    world.run(&options).succeeds();
    assert_eq!(world.code_calls().len(), 3);
}
