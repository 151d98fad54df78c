//! `mfaexec mfa enroll` and `remove`, interrupted wherever that can be: the next run goes on from there,
//! and in the end nothing is left over.

use std::time::Duration;

use local_aws::Fault;
use nix::sys::signal::Signal;
use rexpect::session::PtySession;

use crate::harness::{World, eventually, has};
use crate::kill::Moments;
use crate::mfa::{CONFIG, DEVICE, FIRST, SECOND, config_with, give_codes, world};

/// Longer than any test waits.
const EVER: Fault = Fault::Slow(Duration::from_secs(600));
/// How often a run is killed at a random moment.
const TIMES: u32 = 40;

fn kill_it(terminal: &mut PtySession) {
    terminal.process_mut().signal(Signal::SIGKILL).unwrap();
    terminal.exp_eof().unwrap();
}

/// The next run, whatever there is to do.
#[track_caller]
fn goes_on(world: &World, from: i64) {
    world.aws.clear_faults();
    let mut terminal = world.mfa_at_terminal(&["enroll", "--yes"]);
    let (_, end) = terminal
        .exp_any(vec![
            rexpect::ReadUntil::String(FIRST.to_owned()),
            rexpect::ReadUntil::String("names it".to_owned()),
            rexpect::ReadUntil::String("already; to add".to_owned()),
        ])
        .unwrap();
    if end == FIRST {
        let codes = world.two_codes(DEVICE, from);
        terminal.send_line(&codes[0]).unwrap();
        terminal.exp_string(SECOND).unwrap();
        terminal.send_line(&codes[1]).unwrap();
    }
    terminal.exp_eof().unwrap();
    assert_eq!(world.devices("nodevice"), [DEVICE]);
    assert_eq!(world.unassigned(), Vec::<String>::new());
    assert_eq!(world.config(), config_with(DEVICE));
}

#[test]
fn an_enrolment_that_was_killed_after_any_call_goes_on() {
    for action in ["CreateVirtualMFADevice", "EnableMFADevice"] {
        let world = world();
        world.aws.fault_on(action, EVER, 1);
        let mut terminal = world.mfa_at_terminal(&["enroll", "--yes"]);
        if action == "EnableMFADevice" {
            give_codes(&world, &mut terminal, DEVICE, 0);
        }
        eventually("the call is done", || {
            world.changes().iter().any(|it| it == action)
        });
        kill_it(&mut terminal);
        assert_eq!(world.config(), CONFIG);
        goes_on(&world, 2);
    }
}

#[test]
fn an_enrolment_that_was_killed_at_any_question_goes_on() {
    for second in [false, true] {
        let world = world();
        let mut terminal = world.mfa_at_terminal(&["enroll", "--yes"]);
        terminal.exp_string(FIRST).unwrap();
        if second {
            terminal.send_line(&world.two_codes(DEVICE, 0)[0]).unwrap();
            terminal.exp_string(SECOND).unwrap();
        }
        kill_it(&mut terminal);
        assert_eq!(world.unassigned(), [DEVICE]);
        // It says what is left, and what will become of it.
        let said = world.run(&["mfa", "enroll", "-p", "nodevice", "--dry-run"]);
        let said = said.succeeds();
        has(
            &said,
            &[&format!(
                "delete the virtual MFA device {DEVICE}: no user has it"
            )],
        );
        goes_on(&world, 2);
        assert_eq!(
            world.changes(),
            [
                "CreateVirtualMFADevice",
                "DeleteVirtualMFADevice",
                "CreateVirtualMFADevice",
                "EnableMFADevice"
            ]
        );
    }
}

#[test]
fn an_enrolment_that_was_killed_at_any_moment_goes_on() {
    let mut moments = Moments::new();
    let mut ends = std::collections::BTreeSet::new();
    for _ in 0..TIMES {
        let world = world();
        let mut terminal = world.mfa_at_terminal(&["enroll", "--yes"]);
        give_codes(&world, &mut terminal, DEVICE, 0);
        std::thread::sleep(moments.within(Duration::from_millis(120)));
        kill_it(&mut terminal);
        let config = world.config();
        assert!(
            config == CONFIG || config == config_with(DEVICE),
            "{config}"
        );
        ends.insert((world.devices("nodevice").len(), config == CONFIG));
        goes_on(&world, 2);
    }
    // The moments were really before and after the device was enabled.
    assert!(ends.len() > 1, "{ends:?}");
}

/// ^C, and the end of the terminal: what was begun is taken back before the process ends.
#[test]
fn a_signal_at_the_question_leaves_nothing() {
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
        for second in [false, true] {
            let world = world();
            let mut terminal = world.mfa_at_terminal(&["enroll", "--yes"]);
            terminal.exp_string(FIRST).unwrap();
            if second {
                terminal.send_line(&world.two_codes(DEVICE, 0)[0]).unwrap();
                terminal.exp_string(SECOND).unwrap();
            }
            terminal.process_mut().signal(signal).unwrap();
            let seen = terminal.exp_eof().unwrap();
            has(&seen, &["no device was enabled", "is deleted again"]);
            // The other screen is gone before a word is said.
            let (picture, rest) = seen.split_once("\u{1b}[?1049l").unwrap();
            assert!(!picture.contains("no device") && !rest.contains('▀'));
            assert!(world.unassigned().is_empty() && world.devices("nodevice").is_empty());
            // The first code was not sent: it still counts.
            goes_on(&world, 0);
        }
    }
}

#[test]
fn giving_up_leaves_nothing() {
    let world = world();
    let mut terminal = world.mfa_at_terminal(&["enroll", "--yes"]);
    terminal.exp_string(FIRST).unwrap();
    terminal.send_control('d').unwrap();
    let seen = terminal.exp_eof().unwrap();
    has(
        &seen,
        &["no codes were given", "is deleted again", "remedy:"],
    );
    assert!(world.unassigned().is_empty());
    goes_on(&world, 0);
}

#[test]
fn a_stopped_question_is_shown_again() {
    let world = world();
    let mut bash = world.bash();
    bash.send_line("TERM=xterm mfaexec mfa enroll -p nodevice --yes")
        .unwrap();
    bash.exp_string(FIRST).unwrap();
    bash.send_control('z').unwrap();
    let seen = bash.exp_string("Stopped").unwrap();
    has(&seen, &["\u{1b}[?1049l"]);
    bash.send_line("fg").unwrap();
    bash.exp_string("\u{1b}[?1049h").unwrap();
    give_codes(&world, &mut bash, DEVICE, 0);
    bash.exp_string("is enabled").unwrap();
}

/// An answer that is lost is no device that is lost.
#[test]
fn lost_answers() {
    let world = world();
    world
        .aws
        .fault_on("CreateVirtualMFADevice", Fault::CutAfter, 1);
    let mut terminal = world.mfa_at_terminal(&["enroll", "--yes"]);
    let seen = terminal.exp_eof().unwrap();
    has(
        &seen,
        &["CreateVirtualMFADevice was lost", "the next run deletes it"],
    );
    assert_eq!(world.unassigned(), [DEVICE]);
    world.aws.fault_on("EnableMFADevice", Fault::CutAfter, 1);
    let mut terminal = world.mfa_at_terminal(&["enroll", "--yes"]);
    give_codes(&world, &mut terminal, DEVICE, 0);
    has(&terminal.exp_eof().unwrap(), &["is enabled"]);
    goes_on(&world, 2);
    let world = self::world();
    world.aws.fault_on("EnableMFADevice", Fault::CutBefore, 1);
    let mut terminal = world.mfa_at_terminal(&["enroll", "--yes"]);
    give_codes(&world, &mut terminal, DEVICE, 0);
    has(
        &terminal.exp_eof().unwrap(),
        &["EnableMFADevice was lost", "is deleted again"],
    );
    goes_on(&world, 2);
}

/// The rest of AWS sees a change of IAM only after a while.
#[test]
fn iam_takes_its_time() {
    let world = world();
    world.aws.edit(|account| account.settles_after = 2);
    world.enroll(&[], DEVICE);
    std::thread::sleep(Duration::from_secs(3));
    let code = world.next_code(DEVICE);
    world
        .run(&["login", "-p", "nodevice", "-c", &code])
        .succeeds();
}

fn removed(world: &World) {
    world.aws.clear_faults();
    world
        .run(&["mfa", "remove", "-p", "nodevice", "--yes"])
        .succeeds();
    assert!(world.devices("nodevice").is_empty() && world.unassigned().is_empty());
    assert_eq!(world.config(), CONFIG);
}

/// A user with a device and a cached session, and a policy that wants a code for everything else.
fn with_session() -> World {
    let world = world();
    world.enroll(&[], DEVICE);
    let code = world.next_code(DEVICE);
    world
        .run(&["login", "-p", "nodevice", "-c", &code])
        .succeeds();
    let policy = world
        .run(&["policy", "self-service", "--enrolled"])
        .succeeds();
    world.aws.edit(|account| {
        account
            .put_user_policy("nodevice", "self-service", &policy)
            .unwrap();
    });
    world.aws.clear_journal();
    world
}

#[test]
fn a_removal_that_was_killed_after_any_call_goes_on() {
    for action in ["DeactivateMFADevice", "DeleteVirtualMFADevice"] {
        let world = world();
        world.enroll(&[], DEVICE);
        // Nothing wants a code, so that each call is made once.
        let policy = r#"{"Version": "2012-10-17", "Statement":
            {"Effect": "Allow", "Action": "iam:*", "Resource": "*"}}"#;
        world.aws.edit(|account| {
            account
                .put_user_policy("nodevice", "self-service", policy)
                .unwrap();
        });
        let is_done = |world: &World| match action {
            "DeactivateMFADevice" => world.devices("nodevice").is_empty(),
            _ => world.unassigned().is_empty() && world.devices("nodevice").is_empty(),
        };
        world.aws.fault_on(action, EVER, 1);
        let mut command = world.mfa(&["remove", "--yes"]);
        let mut child = command
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        eventually("the call is done", || is_done(&world));
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(world.config(), config_with(DEVICE));
        removed(&world);
    }
}

#[test]
fn a_removal_that_was_killed_at_any_moment_goes_on() {
    let mut moments = Moments::new();
    for _ in 0..TIMES {
        let world = with_session();
        let mut command = world.mfa(&["remove", "--yes"]);
        let mut child = command
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(moments.within(Duration::from_millis(250)));
        child.kill().unwrap();
        child.wait().unwrap();
        let config = world.config();
        assert!(
            config == CONFIG || config == config_with(DEVICE),
            "{config}"
        );
        let is_done = config == CONFIG && world.devices("nodevice").is_empty();
        if !is_done {
            removed(&world);
        }
    }
}
