//! Files and directories that are in the way of the cache: none of them hides the others, and `clear`
//! says what it has done.

use std::fs;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt, symlink};
use std::time::{Duration, SystemTime};

use crate::harness::{World, finish, has};
use crate::trouble::names;

/// Puts things that are no sessions under names that are those of sessions.
fn spoil(world: &World) -> usize {
    let own = names(&world.cache());
    let own = own.iter().find(|name| name.ends_with(".session")).unwrap();
    let (_, key) = own.split_once('.').unwrap();
    let path = |id: char| {
        world
            .cache()
            .join(format!("{}.{key}", id.to_string().repeat(64)))
    };
    symlink("/etc/passwd", path('1')).unwrap();
    nix::unistd::mkfifo(&path('2'), nix::sys::stat::Mode::S_IRUSR).unwrap();
    fs::write(path('3'), "x").unwrap();
    fs::set_permissions(path('3'), fs::Permissions::from_mode(0o666)).unwrap();
    fs::create_dir(path('4')).unwrap();
    fs::set_permissions(path('4'), fs::Permissions::from_mode(0o700)).unwrap();
    fs::create_dir(world.cache().join("x.session")).unwrap();
    5
}

#[test]
fn one_bad_file_hides_no_session() {
    let world = World::new();
    world.sign_in(&[]);
    spoil(&world);
    let said = world.run(&["status", "--json"]);
    has(&said.stderr, &["1111.", "2222.", "3333.", "4444."]);
    let json = said.succeeds();
    assert_eq!(json.matches("seconds_left").count(), 1, "{json}");
    world
        .run(&["-p", "testuser", "--no-input", "--", "true"])
        .succeeds();
    world.sign_in(&["--fresh"]);
    let said = world.run(&["clear", "-p", "testuser"]);
    has(&said.stderr, &["cleared the session of testuser"]);
    said.succeeds();
}

#[test]
fn clear_says_what_it_cleared_besides_sessions() {
    let world = World::new();
    world.sign_in(&[]);
    let spoilt = spoil(&world);
    let said = world.run(&["clear"]);
    let others = format!("cleared {spoilt} other files");
    has(&said.stderr, &["cleared the session of testuser", &others]);
    said.succeeds();
    assert!(
        names(&world.cache())
            .iter()
            .all(|name| name == "used-codes")
    );
    let said = world.run(&["clear"]);
    has(&said.stderr, &["nothing to clear"]);
    said.succeeds();
    // Nothing but such a thing: it is not "nothing".
    symlink("/etc/passwd", world.cache().join("y.session")).unwrap();
    let said = world.run(&["clear"]);
    has(&said.stderr, &["cleared 1 other file"]);
    assert!(!said.stderr.contains("nothing"));
}

#[test]
fn what_clear_cannot_remove_is_an_error_and_all_else_goes() {
    let world = World::new();
    world.sign_in(&[]);
    world.write(".cache/mfaexec/0.session/file", "x");
    let said = world.run(&["clear"]);
    has(&said.stderr, &["cleared the session of testuser"]);
    let error = said.fails(1);
    has(&error, &["cannot remove", "0.session", "rm -r"]);
    let left = names(&world.cache());
    assert_eq!(
        left.iter().filter(|name| name.ends_with("session")).count(),
        1
    );
    assert!(world.home().join(".cache/mfaexec/0.session/file").exists());
}

#[test]
fn a_umask_that_takes_the_owners_rights_away() {
    for umask in ["777", "277", "177", "700"] {
        let world = World::new();
        let run = |arguments: &str| {
            let script = format!("umask {umask}; exec mfaexec {arguments}");
            finish(world.program("/bin/sh").args(["-c", &script]))
        };
        run(&format!("login -p testuser -c {}", world.code())).succeeds();
        run(&format!("login -p testuser --fresh -c {}", world.code())).succeeds();
        run("-p testuser --no-input -- true").succeeds();
        let mode = |path: &str| {
            let metadata = fs::metadata(world.home().join(path)).unwrap();
            metadata.permissions().mode() & 0o777
        };
        assert_eq!(mode(".cache"), 0o700, "umask {umask}");
        for name in names(&world.cache()) {
            let path = format!(".cache/mfaexec/{name}");
            assert_eq!(mode(&path), 0o600, "{name}, umask {umask}");
        }
        // The command's own is as it was.
        let told = run("-p testuser --no-input -- sh -c umask").succeeds();
        assert!(told.trim().ends_with(umask), "{told}");
    }
}

#[test]
fn a_place_from_which_everybody_can_take_the_cache_away_is_refused() {
    let world = World::new();
    let caches = world.home().join("shared/caches");
    fs::create_dir_all(&caches).unwrap();
    let set = |path: &str, mode: u32| {
        let path = world.home().join(path);
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    let login = |code: &str| {
        let mut command = world.mfaexec(&["login", "-p", "testuser", "-c", code]);
        finish(command.env("XDG_CACHE_HOME", &caches))
    };
    let code = world.code();
    for (path, mode) in [
        ("shared/caches", 0o777),
        ("shared", 0o777),
        ("shared", 0o757),
    ] {
        set(path, mode);
        let error = login(&code).fails(1);
        has(&error, &["everybody can move it away", path, "chmod o-w"]);
        set(path, 0o755);
    }
    assert!(world.aws.journal().is_empty());
    // The sticky bit is what /tmp has for this; a group is one's own on many systems.
    set("shared", 0o1777);
    set("shared/caches", 0o775);
    login(&code).succeeds();
    // A session that is there is used: what others could put there would not be the user's.
    set("shared/caches", 0o777);
    let mut command = world.mfaexec(&["-p", "testuser", "--no-input", "--", "true"]);
    finish(command.env("XDG_CACHE_HOME", &caches)).succeeds();
}

#[test]
fn locks_and_files_of_shells_go_when_no_one_needs_them() {
    let world = World::new();
    world.sign_in(&[]);
    let directory = world.cache();
    let make = |name: &str, hours: u64| {
        let path = directory.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::set_permissions(path.parent().unwrap(), fs::Permissions::from_mode(0o700)).unwrap();
        let file = fs::OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&path)
            .unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(hours * 3600))
            .unwrap();
        file
    };
    make("old.lock", 30);
    make("young.lock", 1);
    let held = make("held.lock", 30);
    held.lock().unwrap();
    make("shell/mfaexec.bash", 30);
    make("shell/mfaexec.fish", 1);
    let here = |name: &str| directory.join(name).exists();
    // The next session that is cached sweeps.
    world.sign_in(&["--fresh"]);
    assert!(!here("old.lock") && !here("shell/mfaexec.bash"));
    assert!(here("young.lock") && here("held.lock") && here("shell/mfaexec.fish"));
    // A user who clears wants nothing to be left, except what is in use.
    world.run(&["clear"]).succeeds();
    assert_eq!(names(&directory), ["held.lock", "used-codes"]);
    drop(held);
    world.run(&["clear"]).succeeds();
    assert_eq!(names(&directory), ["used-codes"]);
}

#[test]
fn a_lock_is_not_swept_from_under_those_who_wait_for_it() {
    let world = World::new();
    world.sign_in(&[]);
    let mut first = world.at_terminal(&["login", "-p", "testuser", "--fresh"]);
    first.exp_string("MFA code").unwrap();
    let mut second = world.at_terminal(&["login", "-p", "testuser", "--min-ttl", "3h"]);
    // The session is gone, so both need one; the lock is held, so it stays.
    world.run(&["clear"]).succeeds();
    assert!(
        names(&world.cache())
            .iter()
            .any(|name| name.ends_with(".lock"))
    );
    first.send_line(&world.code()).unwrap();
    first.exp_string("signed in until").unwrap();
    second.exp_string("signed in until").unwrap();
    assert_eq!(world.code_calls().len(), 2);
}
