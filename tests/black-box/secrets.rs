//! Secrets stay where they belong: searched for in everything that a run leaves or says.

use std::fs;
use std::path::{Path, PathBuf};

use crate::harness::{World, finish, has};

/// That of the story's user.
const LONG_TERM_SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

/// The session of the story's profile, as its command sees it.
fn session(world: &World) -> Vec<String> {
    let printed = world
        .run(&["-p", "testuser", "--no-input", "--", "env"])
        .succeeds();
    let value = |name: &str| {
        let line = printed.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("{name} is missing"))
            .to_owned()
    };
    vec![value("AWS_SECRET_ACCESS_KEY="), value("AWS_SESSION_TOKEN=")]
}

/// The files below a directory that have one of the secrets in them.
pub(crate) fn files_with(directory: &Path, secrets: &[String]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(&path, secrets));
        } else if path.is_file() {
            let content = fs::read(&path).unwrap();
            let has = |secret: &String| contains(&content, secret);
            found.extend(secrets.iter().any(has).then_some(path));
        }
    }
    found
}

fn contains(content: &[u8], canary: &str) -> bool {
    content
        .windows(canary.len())
        .any(|window| window == canary.as_bytes())
}

#[test]
fn the_session_is_nowhere_on_disk() {
    let world = World::new();
    world.sign_in(&[]);
    assert!(world.cache().is_dir(), "there is something to search in");
    let secrets = session(&world);
    assert_eq!(files_with(world.home(), &secrets), [] as [PathBuf; 0]);
    // The search itself can find something.
    let copy = world.write("copy", &secrets[1]);
    assert_eq!(files_with(world.home(), &secrets), [copy]);
}

#[test]
fn the_long_term_secret_is_written_nowhere_anew() {
    for cache in ["encrypted", "plain"] {
        let world = World::new();
        world.sign_in(&["--cache", cache]);
        world
            .run(&["-p", "testuser", "--cache", cache, "--", "true"])
            .succeeds();
        // With a device that has to be looked up, and a refusal.
        world.write_config("");
        let code = world.code();
        let again = ["-p", "testuser", "--cache", cache, "--fresh", "-c", &code];
        world
            .run(&[&again[..], &["--", "true"]].concat())
            .succeeds();
        world
            .run(&[&again[..], &["--", "true"]].concat())
            .fails(125);
        // Where its owner has put it, and nowhere else.
        assert_eq!(
            files_with(world.home(), &[LONG_TERM_SECRET.to_owned()]),
            [world.home().join(".aws/credentials")]
        );
    }
}

#[test]
fn the_command_never_sees_the_long_term_key() {
    let world = World::new();
    world.sign_in(&[]);
    let printed = world
        .run(&["-p", "testuser", "--no-input", "--", "env"])
        .succeeds();
    assert!(!printed.contains("AKIAIOSFODNN7EXAMPLE") && !printed.contains("wJalrXUtnFEMI"));
}

#[test]
fn the_loudest_log_shows_no_secret() {
    let world = World::new();
    let code = world.code();
    let mut command = world.mfaexec(&["-p", "testuser", "-vv", "-c", &code, "--", "env"]);
    // The SDK's switch for the bodies of answers, and what turns up the logs of many programs.
    command
        .env("LOG_SENSITIVE_BODIES", "true")
        .env("RUST_LOG", "trace");
    let said = finish(&mut command);
    assert_eq!(said.code, Some(0));
    has(
        &said.stderr,
        &["signing in", "GetSessionToken succeeded after"],
    );
    let mut canaries = session(&world);
    canaries.extend([LONG_TERM_SECRET.to_owned(), code]);
    for canary in canaries {
        assert!(!said.stderr.contains(&canary), "{}", said.stderr);
    }
    // An event of the SDK at its level debug, and one at trace.
    for foreign in ["resolving endpoint", "read HTTP response body"] {
        assert!(!said.stderr.contains(foreign), "{}", said.stderr);
    }
}

#[test]
fn status_and_clear_show_no_secret() {
    let world = World::new();
    world.sign_in(&[]);
    let secrets = session(&world);
    for arguments in [&["status"][..], &["status", "--json"], &["clear"]] {
        let said = world.run(arguments);
        for secret in &secrets {
            assert!(!said.stdout.contains(secret) && !said.stderr.contains(secret));
        }
    }
}

#[test]
fn clear_leaves_nothing_that_could_be_read_again() {
    let world = World::new();
    world.sign_in(&[]);
    let copy = world.home().join("copy");
    fs::create_dir(&copy).unwrap();
    for entry in fs::read_dir(world.cache()).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, copy.join(path.file_name().unwrap())).unwrap();
    }
    world.run(&["clear"]).succeeds();
    for entry in fs::read_dir(&copy).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, world.cache().join(path.file_name().unwrap())).unwrap();
    }
    // The files are back, their key is not.
    world
        .run(&["-p", "testuser", "--no-input", "--", "true"])
        .fails(125);
}

#[test]
fn clear_removes_what_cannot_be_trusted_and_what_a_killed_run_was_writing() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let world = World::new();
    world.sign_in(&[]);
    let cache = world.cache();
    let loose = cache.join("loose.session");
    fs::write(&loose, "x").unwrap();
    fs::set_permissions(&loose, fs::Permissions::from_mode(0o644)).unwrap();
    let target = world.write("target", "not ours");
    symlink(&target, cache.join("linked.session")).unwrap();
    fs::write(cache.join(".new-0123456789abcdef"), "half").unwrap();
    world.run(&["clear"]).succeeds();
    let left: Vec<_> = fs::read_dir(&cache)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.ends_with(".lock"))
        .collect();
    // What is forgotten here could be sent once more.
    assert_eq!(left, ["used-codes"]);
    assert_eq!(fs::read_to_string(target).unwrap(), "not ours");
}
