//! Sessions between runs: what makes two runs share one, and what a bad file leads to.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;

use crate::harness::{SERIAL, Said, World, finish, has};
use crate::skipping::needs;
use crate::trouble::names;

/// A run that has to find its session, or fail.
fn cached(world: &World, options: &[&str]) -> Said {
    let mut command = world.mfaexec(&["-p", "testuser", "--no-input"]);
    finish(command.args(options).args(["--", "true"]))
}

fn hits(world: &World, options: &[&str]) {
    cached(world, options).succeeds();
}

fn misses(world: &World, options: &[&str]) {
    has(&cached(world, options).fails(125), &["a code is needed"]);
}

fn session_file(world: &World) -> PathBuf {
    let files = fs::read_dir(world.cache())
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut sessions: Vec<_> = files
        .filter(|path| path.extension().is_some_and(|e| e == "session"))
        .collect();
    assert_eq!(sessions.len(), 1, "{sessions:?}");
    sessions.remove(0)
}

#[test]
fn what_does_not_identify_a_session_is_not_in_its_key() {
    let world = World::new();
    world.sign_in(&[]);
    hits(&world, &[]);
    hits(&world, &["--region", "us-west-2"]);
    hits(&world, &["-d", "1h"]);
    hits(&world, &["--min-ttl", "3h"]);
    // Another profile of the same key and device shares the session.
    world.write_config(&format!(
        "[profile testuser]\n[profile again]\nsource = x\nmfa_serial = {SERIAL}\n"
    ));
    let keys = fs::read_to_string(world.home().join(".aws/credentials")).unwrap();
    let pair: Vec<&str> = keys.lines().skip(1).take(2).collect();
    world.write_credentials(&format!("[again]\n{}\n", pair.join("\n")));
    world
        .run(&["-p", "again", "--no-input", "--", "true"])
        .succeeds();
}

#[test]
fn another_access_key_is_another_session() {
    let world = World::new();
    world.sign_in(&[]);
    let keys = fs::read_to_string(world.home().join(".aws/credentials")).unwrap();
    world.write_credentials(&keys.replace("AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLF"));
    misses(&world, &[]);
    world.write_credentials(&keys);
    hits(&world, &[]);
}

#[test]
fn another_device_is_another_session() {
    let world = World::new();
    world.sign_in(&[]);
    misses(
        &world,
        &["--mfa-serial", "arn:aws:iam::123456789012:mfa/other"],
    );
    // The account is part of the device's ARN.
    misses(
        &world,
        &["--mfa-serial", "arn:aws:iam::123456789013:mfa/testuser"],
    );
    hits(&world, &["--mfa-serial", SERIAL]);
}

#[test]
fn another_endpoint_is_another_session() {
    let world = World::new();
    world.sign_in(&[]);
    let mut command = world.mfaexec(&["-p", "testuser", "--no-input", "--", "true"]);
    let other = World::new();
    has(
        &finish(command.env("AWS_ENDPOINT_URL_STS", other.aws.url())).fails(125),
        &["a code"],
    );
    hits(&world, &[]);
}

#[test]
fn a_longer_duration_or_too_little_time_left_is_a_miss() {
    let world = World::new();
    world.aws.set_clock(-60);
    world.sign_in(&["-d", "1h"]);
    hits(&world, &["-d", "1h"]);
    // The four hours that are meant if no one says anything were requested by no one.
    hits(&world, &[]);
    misses(&world, &["-d", "4h"]);
    misses(&world, &["-d", "61m"]);
    hits(&world, &["-d", "1h", "--min-ttl", "50m"]);
    misses(&world, &["-d", "1h", "--min-ttl", "1h"]);
    misses(&world, &["-d", "1h", "--fresh"]);
}

#[test]
fn a_corrupt_file_is_a_miss_and_goes() {
    let world = World::new();
    for spoil in [
        |content: &mut Vec<u8>| content.truncate(7),
        |content: &mut Vec<u8>| content.clear(),
        |content: &mut Vec<u8>| *content.last_mut().unwrap() ^= 1,
        |content: &mut Vec<u8>| content[9] ^= 1,
        |content: &mut Vec<u8>| content[4] = b'p',
        |content: &mut Vec<u8>| content[0] = b'?',
    ] {
        world.sign_in(&["--fresh"]);
        hits(&world, &[]);
        let path = session_file(&world);
        let mut content = fs::read(&path).unwrap();
        spoil(&mut content);
        fs::write(&path, content).unwrap();
        misses(&world, &[]);
        assert!(!path.exists(), "a file of no use is removed");
    }
}

#[test]
fn a_file_under_another_name_does_not_open() {
    let world = World::new();
    world.sign_in(&[]);
    let path = session_file(&world);
    let code = world.code_of("otheruser");
    let serial = "arn:aws:iam::123456789012:mfa/otheruser";
    world
        .run(&[
            "login",
            "-p",
            "otheruser",
            "--mfa-serial",
            serial,
            "-c",
            &code,
        ])
        .succeeds();
    let other = fs::read_dir(world.cache())
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut other = other.filter(|p| p.extension().is_some_and(|e| e == "session") && *p != path);
    fs::copy(other.next().unwrap(), &path).unwrap();
    misses(&world, &[]);
}

#[test]
fn everything_is_private_whatever_the_umask() {
    for umask in ["000", "022", "077"] {
        let world = World::new();
        let code = world.code();
        let script = format!("umask {umask}; mfaexec login -p testuser -c {code}");
        finish(world.program("/bin/sh").args(["-c", &script])).succeeds();
        let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(world.cache()), 0o700, "umask {umask}");
        assert_eq!(mode(session_file(&world)), 0o600, "umask {umask}");
    }
}

#[test]
fn what_others_can_touch_is_refused() {
    let world = World::new();
    world.sign_in(&[]);
    let path = session_file(&world);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    has(
        &cached(&world, &[]).fails(125),
        &["others have access", "chmod 600"],
    );
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    fs::set_permissions(world.cache(), fs::Permissions::from_mode(0o750)).unwrap();
    has(
        &cached(&world, &[]).fails(125),
        &["others have access", "chmod 700"],
    );
    fs::set_permissions(world.cache(), fs::Permissions::from_mode(0o700)).unwrap();
    hits(&world, &[]);
}

#[test]
fn a_link_is_refused_and_its_target_left_alone() {
    let world = World::new();
    world.sign_in(&[]);
    let path = session_file(&world);
    let target = world.home().join("target");
    fs::rename(&path, &target).unwrap();
    symlink(&target, &path).unwrap();
    let before = fs::read(&target).unwrap();
    has(&cached(&world, &[]).fails(125), &["it is a link"]);
    assert_eq!(fs::read(&target).unwrap(), before);
}

#[test]
fn a_link_in_place_of_the_directory_is_refused() {
    let world = World::new();
    world.sign_in(&[]);
    let elsewhere = world.home().join("elsewhere");
    fs::rename(world.cache(), &elsewhere).unwrap();
    symlink(&elsewhere, world.cache()).unwrap();
    let before = names(&elsewhere);
    let code = world.code();
    for options in [&["--no-input"][..], &["--fresh", "-c", &code]] {
        let mut command = world.mfaexec(&["-p", "testuser"]);
        let error = finish(command.args(options).args(["--", "true"])).fails(125);
        has(&error, &["it is not a directory, or a link to one"]);
    }
    world.run(&["clear"]).fails(1);
    assert_eq!(names(&elsewhere), before);
    assert_eq!(world.code_calls().len(), 1, "the second code is not spent");
    // A user who keeps all caches elsewhere may.
    fs::remove_file(world.cache()).unwrap();
    fs::remove_dir(world.home().join(".cache")).unwrap();
    fs::create_dir(world.home().join("caches")).unwrap();
    fs::rename(&elsewhere, world.home().join("caches/mfaexec")).unwrap();
    symlink("caches", world.home().join(".cache")).unwrap();
    hits(&world, &[]);
}

#[test]
fn plain_is_plain_and_none_is_nothing() {
    let world = World::new();
    world.sign_in(&["--cache", "plain"]);
    let content = fs::read(session_file(&world)).unwrap();
    has(
        &String::from_utf8_lossy(&content),
        &["\"profile\":\"testuser\""],
    );
    hits(&world, &["--cache", "plain"]);
    misses(&world, &["--cache", "encrypted"]);
    misses(&world, &["--cache", "none"]);

    let world = World::new();
    let code = world.code();
    world
        .run(&[
            "-p", "testuser", "--cache", "none", "-c", &code, "--", "true",
        ])
        .succeeds();
    let written = fs::read_dir(world.cache()).unwrap();
    let names: Vec<_> = written.map(|entry| entry.unwrap().file_name()).collect();
    assert!(
        names
            .iter()
            .all(|name| name.to_string_lossy().ends_with(".lock") || name == "used-codes"),
        "nothing but locks and the memory of used codes is written: {names:?}"
    );
    let again = world.run(&[
        "-p", "testuser", "--cache", "none", "-c", &code, "--", "true",
    ]);
    has(&again.fails(125), &["this code was used already"]);
    world.sign_in(&["--cache", "encrypted"]);
    misses(&world, &["--cache", "plain"]);
    hits(&world, &["--cache", "encrypted"]);
}

#[test]
fn the_cache_follows_xdg_and_needs_no_home_for_none() {
    let world = World::new();
    let xdg = world.home().join("elsewhere");
    let code = world.code();
    let mut command = world.mfaexec(&["login", "-p", "testuser", "-c", &code]);
    finish(command.env("XDG_CACHE_HOME", &xdg)).succeeds();
    assert!(xdg.join("mfaexec").is_dir() && !world.cache().exists());
    // A relative one is invalid by its specification.
    let mut command = world.mfaexec(&["-p", "testuser", "--no-input", "--", "true"]);
    finish(command.env("XDG_CACHE_HOME", "elsewhere")).fails(125);
    finish(world.mfaexec(&["clear", "-q"]).env("XDG_CACHE_HOME", &xdg)).succeeds();

    let code = world.code();
    let mut command = world.mfaexec(&[
        "-p", "testuser", "-c", &code, "--cache", "none", "--", "true",
    ]);
    command.env("AWS_CONFIG_FILE", world.home().join(".aws/config"));
    command.env(
        "AWS_SHARED_CREDENTIALS_FILE",
        world.home().join(".aws/credentials"),
    );
    finish(command.env_remove("HOME")).succeeds();
}

#[test]
fn a_cached_run_starts_no_thread_and_builds_no_client() {
    needs!("python3");
    let world = World::new();
    let without_threads = |arguments: &[&str]| {
        let line = [
            &["without_threads", crate::harness::MFAEXEC, "-p", "testuser"],
            arguments,
        ];
        let mut command = world.trouble(&line.concat());
        // A client would read this.
        finish(command.env("AWS_CA_BUNDLE", "/nonexistent"))
    };
    let code = world.code();
    without_threads(&["-c", &code, "--", "true"]).fails(125);
    world
        .run(&["login", "-p", "testuser", "-c", &code])
        .succeeds();
    without_threads(&["--no-input", "--", "true"]).succeeds();
    // The filter does refuse threads.
    let mut command = world.trouble(&["without_threads", "python3", "-c", "import os; os.fork()"]);
    assert_ne!(finish(&mut command).code, Some(0));
}
