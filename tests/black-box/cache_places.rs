//! One home directory, and more than one place with a keyring: a user namespace, a rootless container,
//! another machine. Each has sessions of its own, and none takes away those of another.

use std::fs::{self, File};
use std::time::{Duration, SystemTime};

use crate::harness::{World, finish, has};
use crate::skipping::namespaces_wanted;
use crate::trouble::names;

const HOUR: Duration = Duration::from_secs(3600);

fn sessions(world: &World) -> Vec<String> {
    let mut names = names(&world.cache());
    names.retain(|name| name.ends_with(".session"));
    names
}

/// Runs a script in a user namespace, which has a user keyring of its own, as the same user.
fn elsewhere(world: &World, script: &str) -> String {
    let mut command = world.program("unshare");
    command.args(["--user", "--map-current-user", "sh", "-euc", script]);
    let said = finish(&mut command);
    assert_eq!(said.stderr, "", "{script}");
    said.succeeds()
}

fn hits(world: &World) {
    let cached = ["-p", "testuser", "--no-input", "--", "true"];
    world.run(&cached).succeeds();
}

#[test]
fn what_cannot_be_opened_here_is_left_alone() {
    if !namespaces_wanted("what_cannot_be_opened_here_is_left_alone") {
        return;
    }
    let world = World::new();
    world.sign_in(&[]);
    let before = sessions(&world);
    for run in [
        "mfaexec status",
        "mfaexec explain -p testuser",
        "mfaexec -p testuser --no-input -- true 2>missed || true",
        "mfaexec clear -q -p testuser",
        "MFAEXEC_SHELL=$(ls .cache/mfaexec | sed -n 's/[.].*session$//p' | head -n 1):1:ASIAX \
         mfaexec shell-hook bash '' '' name 2>/dev/null | cat",
    ] {
        elsewhere(&world, run);
        assert_eq!(sessions(&world), before, "{run}");
        hits(&world);
    }
    assert_eq!(world.code_calls().len(), 1);
}

#[test]
fn places_that_take_turns_keep_their_sessions() {
    if !namespaces_wanted("places_that_take_turns_keep_their_sessions") {
        return;
    }
    let world = World::new();
    let codes = [world.code(), world.code(), world.code()];
    world.aws.move_clock(-30);
    let [first, second, third] = &codes;
    world
        .run(&["login", "-p", "testuser", "-c", first])
        .succeeds();
    let host = sessions(&world);
    // The host's program is reached through a pipe from inside.
    elsewhere(
        &world,
        &format!(
            "mfaexec login -p testuser -c {second} >/dev/null
             mfaexec -p testuser --no-input -- true
             mfaexec login -p testuser --fresh -c {third} >/dev/null
             mfaexec -p testuser --no-input -- true
             mfaexec status | grep -c testuser"
        ),
    );
    let both = sessions(&world);
    assert_eq!(both.len(), 2, "each has its own file: {both:?}");
    assert!(both.contains(&host[0]));
    hits(&world);
    assert_eq!(world.code_calls().len(), 3);
    // Its own session is all that a place shows, and may forget.
    let status = world.run(&["status", "--json"]).succeeds();
    assert_eq!(status.matches("seconds_left").count(), 1);
    world.run(&["clear", "-p", "testuser"]).succeeds();
    assert_eq!(sessions(&world).len(), 1);
    // Who forgets everything does so, and is told.
    let said = world.run(&["clear"]);
    has(&said.stderr, &["cleared 1 other file"]);
    said.succeeds();
    assert!(sessions(&world).is_empty());
}

#[test]
fn what_nobody_can_open_any_more_goes_by_its_age() {
    let world = World::new();
    world.sign_in(&[]);
    let own = sessions(&world);
    let (id, _) = own[0].split_once('.').unwrap();
    let age = |name: &str, age: Duration| {
        let path = world.cache().join(name);
        if !path.exists() {
            fs::copy(world.cache().join(&own[0]), &path).unwrap();
        }
        let file = File::options().write(true).open(&path).unwrap();
        file.set_modified(SystemTime::now() - age).unwrap();
        name.to_owned()
    };
    // A session of 36 hours, and a day in which it is told when it ended.
    let old = [
        age(&format!("{id}.0123456789abcdef.session"), 61 * HOUR),
        age(&format!("{id}.0123456789abcdef.device"), 61 * HOUR),
        age("of-another-format.session", 61 * HOUR),
    ];
    let young = [
        age(&format!("{id}.0123456789abcdee.session"), 59 * HOUR),
        age(&format!("{id}.0123456789abcdee.device"), 59 * HOUR),
    ];
    // An age says nothing of what opens.
    age(&own[0], 61 * HOUR);
    world.run(&["status"]).succeeds();
    hits(&world);
    let code = world.code_of("otheruser");
    world
        .run(&["login", "-p", "otheruser", "-c", &code])
        .succeeds();
    let left = names(&world.cache());
    assert!(!old.iter().any(|name| left.contains(name)), "{left:?}");
    assert!(young.iter().all(|name| left.contains(name)), "{left:?}");
    hits(&world);
}
