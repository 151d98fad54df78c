//! The system does not play along: a full or read-only disk, no home, someone else's files. What
//! can be known before the code is known then; a session that is there already is used.

use std::fs;
use std::os::unix::fs::chown;
use std::process::Stdio;
use std::time::Duration;

use local_aws::Fault;

use crate::harness::{Said, World, eventually, finish, has};
use crate::skipping::{namespaces_wanted, needs, root_wanted};
use crate::trouble::{STRANGER, names, said};

/// A small disk for the cache, with a session on it that was signed in to before.
const SMALL_DISK: &str = "
    mkdir -p .cache
    mount -t tmpfs -o size=128k,mode=700 tmpfs .cache
    cd .cache
    mfaexec login -q -p testuser -d 1h -c $CODE >/dev/null
    fill() { cat /dev/zero > filler 2>/dev/null || true; }
";

/// Runs a script on the small disk, with `$NEXT` as the next code; `until_sent` waits in it until
/// that is on its way.
fn on_small_disk(world: &World, script: &str) -> Said {
    let code = world.code();
    let next = world.code();
    // One step ahead is near enough.
    world.aws.move_clock(-30);
    let slow = Fault::Slow(Duration::from_millis(1000));
    world.aws.fault_on("GetSessionToken", slow, 9);
    let until_sent = "until_sent() { until [ -e ../sent ]; do sleep 0.02; done; }";
    let mut command = world.apart(&[], &format!("{SMALL_DISK} {until_sent}\n{script}"));
    command.env("CODE", code).env("NEXT", next);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    eventually("the second code is sent, or the end", || {
        world.code_calls().len() == 2 || child.try_wait().unwrap().is_some()
    });
    world.write("sent", "");
    said(child)
}

#[test]
fn a_full_disk_is_found_before_the_code_is_spent() {
    if !namespaces_wanted("a_full_disk_is_found_before_the_code_is_spent") {
        return;
    }
    let world = World::new();
    let error = on_small_disk(
        &world,
        "fill
         mfaexec -p testuser --no-input -d 1h -- true
         ls -A mfaexec > ../names
         exec mfaexec -p testuser --fresh -c $NEXT -- echo ran",
    )
    .fails(125);
    has(&error, &["No space left on device", "--cache none"]);
    assert_eq!(world.code_calls().len(), 1, "the second code is not spent");
    let left = fs::read_to_string(world.home().join("names")).unwrap();
    assert!(!left.contains(".new-"), "{left}");
}

#[test]
fn a_disk_that_fills_up_while_sts_is_asked() {
    if !namespaces_wanted("a_disk_that_fills_up_while_sts_is_asked") {
        return;
    }
    let world = World::new();
    let said = on_small_disk(
        &world,
        "{ until_sent; fill; } &
         mfaexec -p testuser --fresh -c $NEXT -- printenv AWS_ACCESS_KEY_ID
         wait
         ls -A mfaexec > ../names
         # The session from before is still there, whole.
         exec mfaexec -p testuser --no-input -d 1h -- printenv AWS_ACCESS_KEY_ID",
    );
    has(
        &said.stderr,
        &[
            "the session cannot be kept, the next run will ask again",
            "cannot use",
        ],
    );
    let keys = said.succeeds();
    let keys: Vec<&str> = keys.lines().collect();
    assert!(
        keys.len() == 2 && keys.iter().all(|key| key.starts_with("ASIA")),
        "{keys:?}"
    );
    assert_ne!(
        keys[0], keys[1],
        "the new session is used, the old one kept"
    );
    let left = fs::read_to_string(world.home().join("names")).unwrap();
    assert!(!left.contains(".new-"), "{left}");
}

#[test]
fn a_read_only_home() {
    if !namespaces_wanted("a_read_only_home") {
        return;
    }
    const READ_ONLY: &str = "mount --bind $HOME $HOME; mount -o remount,bind,ro $HOME;";
    let world = World::new();
    let code = world.code();
    let run = |before: &str, run: &str| {
        let script = format!("{before} {READ_ONLY} {run}");
        finish(world.apart(&[], &script).env("CODE", &code))
    };
    let error = run("", "exec mfaexec -p testuser -c $CODE -- echo ran").fails(125);
    has(&error, &["Read-only file system", "--cache none"]);
    assert!(world.aws.journal().is_empty());
    let paid = "exec mfaexec -p testuser -c $CODE --cache none -- echo ran";
    assert_eq!(run("", paid).succeeds(), "ran\n");
    // A session that is there is used.
    let code = world.code();
    let login = format!("mfaexec login -q -p testuser -c {code} >/dev/null;");
    let cached = "exec mfaexec -p testuser --no-input -- echo ran";
    assert_eq!(run(&login, cached).succeeds(), "ran\n");
}

#[test]
fn no_home() {
    needs!("cc", "/proc");
    let world = World::new();
    let run = || {
        let mut command = world.mfaexec(&["-p", "testuser", "-c", "123456", "--", "echo", "ran"]);
        world.with_home_of_user(&mut command, None);
        command
    };
    let home = ["HOME is not set", "set HOME, or name the files"];
    has(&finish(&mut run()).fails(125), &home);
    let with_files = || {
        let mut command = run();
        command.env("AWS_CONFIG_FILE", world.home().join(".aws/config"));
        let credentials = world.home().join(".aws/credentials");
        command.env("AWS_SHARED_CREDENTIALS_FILE", credentials);
        command
    };
    let place = ["no place to keep sessions", "use --cache none"];
    has(&finish(&mut with_files()).fails(125), &place);
    has(&finish(with_files().env("HOME", "home")).fails(125), &place);
    // A home that is not there and that no one can make.
    let mut nowhere = with_files();
    let error = finish(nowhere.env("HOME", "/dev/null/home")).fails(125);
    has(&error, &["cannot use /dev/null/home/.cache/mfaexec"]);
    assert!(world.aws.journal().is_empty());
}

#[test]
fn a_cache_directory_of_somebody_else() {
    if !root_wanted("a_cache_directory_of_somebody_else") {
        return;
    }
    let world = World::new();
    world.sign_in(&[]);
    let session = names(&world.cache())
        .into_iter()
        .find(|name| name.ends_with(".session"));
    let session = world.cache().join(session.unwrap());
    let code = world.code();
    let refused = |path: &std::path::Path| {
        chown(path, Some(STRANGER), None).unwrap();
        let mut command = world.mfaexec(&["-p", "testuser", "-c", &code, "--", "echo", "ran"]);
        let error = finish(&mut command).fails(125);
        let owner = format!("it belongs to user {STRANGER}");
        has(&error, &[&path.display().to_string(), &owner]);
        chown(path, Some(0), None).unwrap();
    };
    refused(&world.cache());
    refused(&session);
    assert_eq!(world.code_calls().len(), 1);
    // And the other way round: root's cache is nothing for others.
    world.give_away();
    chown(world.cache(), Some(0), None).unwrap();
    let mut command = world.as_stranger(&["mfaexec", "-p", "testuser", "-c", &code, "--", "true"]);
    has(&finish(&mut command).fails(125), &["Permission denied"]);
    assert_eq!(world.code_calls().len(), 1);
}
