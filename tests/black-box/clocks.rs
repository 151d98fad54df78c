//! A clock that is not AWS's: a session ends by AWS's, and the remedy for a wrong one fits the machine.

use std::process::Command;

use crate::harness::{World, finish, has};
use crate::skipping::{namespaces_wanted, needs};

/// This machine's clock is so many seconds off from now on, for this command.
fn at<'c>(world: &World, shift: i64, command: &'c mut Command) -> &'c mut Command {
    world.with_clock(command, "CLOCK_SHIFT", &shift.to_string());
    command
}

fn login(world: &World, shift: i64, duration: &str) {
    let code = world.code();
    let mut command = world.mfaexec(&["login", "-p", "testuser", "-c", &code, "-d", duration]);
    finish(at(world, shift, &mut command)).succeeds();
}

/// Whether a run with this clock finds a session.
fn is_cached(world: &World, shift: i64) -> bool {
    let mut command = world.mfaexec(&["-p", "testuser", "--no-input", "--", "true"]);
    let said = finish(at(world, shift, &mut command));
    match said.code {
        Some(0) => true,
        _ => {
            has(&said.fails(125), &["a code is needed"]);
            false
        }
    }
}

#[test]
fn a_session_that_is_over_by_awss_clock_is_not_used() {
    needs!("cc", "/proc");
    // This machine is ten minutes behind, and says that a session of 15 minutes lasts 25.
    let world = World::new();
    login(&world, -600, "15m");
    assert!(is_cached(&world, -600));
    // 16 minutes later.
    assert!(!is_cached(&world, -600 + 960));
    // Ahead is the other way round: no session is lost.
    let world = World::new();
    login(&world, 600, "15m");
    assert!(is_cached(&world, 600));
}

#[test]
fn a_clock_that_is_put_right_costs_no_session() {
    needs!("cc", "/proc");
    let world = World::new();
    login(&world, -600, "15m");
    // By AWS's clock it has just begun.
    assert!(is_cached(&world, 0));
    // One that was ahead is put right, and the session is from the future by this machine.
    let world = World::new();
    login(&world, 240, "15m");
    assert!(is_cached(&world, 0));
}

/// The time since the system was started tells that a clock was set back.
#[test]
fn a_clock_that_is_set_back_makes_no_session_longer() {
    needs!("cc", "/proc");
    let world = World::new();
    // By this machine it ends in a minute; the system has been running since.
    login(&world, 0, "15m");
    assert!(is_cached(&world, 0));
    assert!(is_cached(&world, -250));
}

/// A run whose clock is hours behind; the error.
fn refused(world: &World, command: &mut Command) -> String {
    world.aws.move_clock(2 * 3600);
    let error = finish(command).fails(125);
    world.aws.move_clock(-2 * 3600);
    has(
        &error,
        &[
            "AWS refused the time of the request",
            "this machine's clock is 2h",
        ],
    );
    error
}

#[test]
fn the_remedy_for_the_clock_fits_the_machine() {
    if !namespaces_wanted("the_remedy_for_the_clock_fits_the_machine") {
        return;
    }
    let world = World::new();
    let mut remedies = Vec::new();
    for (mounts, words) in [
        (
            "echo 5.15.153.1-microsoft-standard-WSL2 >kernel
             mount --bind kernel /proc/sys/kernel/osrelease",
            "set the clock: sudo hwclock -s, or in Windows: wsl --shutdown",
        ),
        (
            "mount -t tmpfs none /run; mkdir -p /run/systemd/system; hide",
            "set the clock: sudo timedatectl set-ntp true",
        ),
        (
            "mount -t tmpfs none /run; echo >/run/.containerenv",
            "set the clock of the machine that runs this container",
        ),
        (
            "mount -t tmpfs none /run; hide",
            "set the clock, such as with sudo chronyd -q",
        ),
    ] {
        // Where the tests run in a container themselves, its sign is in the way.
        let hidden = std::path::Path::new("/.dockerenv").exists();
        if hidden && mounts.contains("hide") {
            continue;
        }
        let script = format!(
            "hide() {{ :; }}; {mounts}
             exec mfaexec -p testuser -c {} -- true",
            world.code()
        );
        let mut command = world.apart(&[], &script);
        let error = refused(&world, &mut command);
        has(&error, &[words]);
        remedies.push(error);
    }
    assert!(!remedies.is_empty());
}
