//! `mfaexec keys rotate`, killed before each of its effects: a key that works is in the file at every
//! moment, and the next run goes on. The effects are in the order that survives a power failure.

use std::fs;

use crate::harness::{Said, World, finish, has};
use crate::keys_rotate::{OLD, ROTATE, is_tidy, key_in_file, keys, world};

/// A run with `effects.c` in it.
fn run(world: &World, name: &str, value: &str, more: &[&str]) -> Said {
    let mut command = world.mfaexec(&[&ROTATE[..], &["--no-input"], more].concat());
    world.with_effects(&mut command, name, value);
    finish(&mut command)
}

/// Kills a run before its first effect, one more before its second, and so on; how many there were, and how
/// often a key was lost that nobody had seen.
fn killed_before_each_effect(world: &World, prepare: impl Fn(), more: &[&str]) -> (u32, u32) {
    let (mut kills, mut lost) = (0, 0);
    loop {
        prepare();
        let said = run(world, "KILL_AT", &(kills + 1).to_string(), more);
        key_in_file(world);
        if said.signal.is_none() {
            said.succeeds();
            return (kills, lost);
        }
        kills += 1;
        // A killed run says no secret either.
        for (_, secret, _) in keys(world) {
            assert!(!said.stderr.contains(&secret), "{said:?}");
        }
        let end = ["--no-input", "--delete-after", "0"];
        let next = world.run(&[&ROTATE[..], &end].concat());
        if next.code != Some(0) {
            // Between IAM's answer and the disk: the key is not lost to the user, who can delete it.
            has(
                &next.stderr,
                &[
                    "two active keys",
                    "an interrupted rotation may have created",
                ],
            );
            let unknown = keys(world).remove(1).0;
            has(&next.stderr, &[&format!("--delete {unknown}")]);
            key_in_file(world);
            let delete = ["--delete", &unknown];
            world.run(&[&ROTATE[..], &end, &delete].concat()).succeeds();
            lost += 1;
        }
        is_tidy(world);
        assert_eq!(keys(world).len(), 1);
    }
}

#[test]
fn a_key_that_works_is_in_the_file_whenever_a_rotation_is_killed() {
    let world = world();
    let (plain, lost) = killed_before_each_effect(&world, || (), &[]);
    assert!(plain > 40 && lost <= 3, "{plain} kills, {lost} lost");
    // With an inactive key that has to go first, and with the old one deleted.
    world
        .run(&[&ROTATE[..], &["--delete-after", "0"]].concat())
        .succeeds();
    let inactive = || {
        world.aws.edit(|account| {
            let mut key = account.user("testuser").keys[0].clone();
            (key.id, key.active) = ("AKIAINACTIVEEXAMPLE0".to_owned(), false);
            account.user_mut("testuser").keys.push(key);
        });
    };
    let (more, lost) = killed_before_each_effect(&world, inactive, &["--delete-after", "0"]);
    assert!(more > plain && lost <= 3, "{more} kills, {lost} lost");
    assert!(plain + more > 100, "{}", plain + more);
}

#[test]
fn what_survives_a_power_failure_is_on_the_disk_before_the_next_step() {
    let world = world();
    let log = world.home().join("effects");
    run(&world, "EFFECTS_LOG", log.to_str().unwrap(), &[]).succeeds();
    let log = fs::read_to_string(log).unwrap();
    let about = [
        "create .credentials",
        "fsync",
        "rename credentials",
        "unlink .credentials.mfaexec-rotation",
        "AccessKey",
        "GetCallerIdentity",
    ];
    let steps: Vec<&str> = log
        .lines()
        .filter(|line| about.iter().any(|part| line.contains(part)))
        .collect();
    let record = format!(".credentials.mfaexec-rotation-{OLD}");
    let (create, unlink) = (format!("create {record}"), format!("unlink {record}"));
    let temporary = ["create .credentials.mfaexec-new", "fsync file"];
    let at = steps.iter().position(|step| *step == create).unwrap();
    assert_eq!(
        steps[at..],
        [
            &*create,
            "fsync file",
            "fsync directory",
            "send CreateAccessKey",
            "fsync file",
            "send GetCallerIdentity",
            temporary[0],
            temporary[1],
            "rename credentials",
            "fsync directory",
            "send UpdateAccessKey",
            &*unlink,
            "fsync directory",
        ],
        "{log}"
    );
}

#[test]
fn of_two_at_a_time_one_is_refused() {
    let world = world();
    // The first one waits until AWS knows its key.
    world.aws.edit(|account| account.settles_after = 4);
    let mut first = world.mfaexec(&ROTATE);
    let first = first.stderr(std::process::Stdio::piped()).spawn().unwrap();
    crate::harness::eventually("a second key", || keys(&world).len() == 2);
    let error = world.run(&ROTATE).fails(1);
    has(
        &error,
        &["another mfaexec rotates this key", "wait for it to end"],
    );
    let first = crate::trouble::said(first);
    assert_eq!(first.code, Some(0), "{first:?}");
    is_tidy(&world);
}
