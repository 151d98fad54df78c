//! Many runs at once: one question, one call with a code, one session.

use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use local_aws::Fault;
use nix::sys::signal::Signal;

use crate::harness::{SERIAL, World, eventually, finish, has, kill};
use crate::skipping::needs;

fn start(mut command: Command) -> Child {
    command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// A run that prints the key of its session.
fn shows_key(world: &World, options: &[&str]) -> Command {
    let mut command = world.mfaexec(options);
    command.args(["--", "printenv", "AWS_ACCESS_KEY_ID"]);
    command
}

/// Asserts that all have the same session, and that one code was sent for it.
#[track_caller]
fn share_one(world: &World, outputs: &[Output]) {
    assert!(
        outputs.iter().all(|output| output.status.success()),
        "{outputs:?}"
    );
    let mut keys: Vec<_> = outputs.iter().map(|output| output.stdout.clone()).collect();
    keys.dedup();
    assert_eq!(keys.len(), 1, "{outputs:?}");
    assert!(keys[0].starts_with(b"ASIA"));
    assert_eq!(world.code_calls().len(), 1);
}

fn all(children: Vec<Child>) -> Vec<Output> {
    children
        .into_iter()
        .map(|child| child.wait_with_output().unwrap())
        .collect()
}

#[test]
fn many_bare_processes() {
    let world = World::new();
    world.aws.fault_on(
        "GetSessionToken",
        Fault::Slow(Duration::from_millis(500)),
        1,
    );
    let code = world.code();
    let start = |_| start(shows_key(&world, &["-p", "testuser", "-c", &code]));
    let outputs = all((0..64).map(start).collect());
    share_one(&world, &outputs);
    let said: String = outputs
        .iter()
        .map(|o| String::from_utf8_lossy(&o.stderr))
        .collect();
    has(&said, &["waiting for the sign-in with", "(process "]);
}

#[test]
fn a_quick_answer_makes_no_difference() {
    // The others come while the first one signs in, or just after: none may ask again.
    let world = World::new();
    let code = world.code();
    let start = |_| start(shows_key(&world, &["-p", "testuser", "-c", &code]));
    share_one(&world, &all((0..32).map(start).collect()));
}

#[test]
fn a_device_that_has_to_be_found_first() {
    let world = World::new();
    world.write_config("");
    world
        .aws
        .fault_on("ListMFADevices", Fault::Slow(Duration::from_millis(300)), 1);
    let code = world.code();
    let start = |_| start(shows_key(&world, &["-p", "testuser", "-c", &code]));
    share_one(&world, &all((0..16).map(start).collect()));
    let lookups = world
        .aws
        .journal()
        .into_iter()
        .filter(|entry| entry.action == "ListMFADevices");
    assert_eq!(lookups.count(), 1, "found once for all");
}

#[test]
fn make_asks_once_at_the_terminal() {
    needs!("make");
    let world = World::new();
    let lines = (1..=8)
        .map(|n| format!("t{n}"))
        .collect::<Vec<_>>()
        .join(" ");
    world.write(
        "Makefile",
        format!("all: {lines}\n{lines}:\n\t@mfaexec -p testuser -- printenv AWS_ACCESS_KEY_ID\n"),
    );
    // In the morning: yesterday's session has ended, and one of them says so.
    world.aws.set_clock(2 - 900);
    world.sign_in(&["-d", "15m"]);
    std::thread::sleep(Duration::from_secs(3));
    world.aws.set_clock(0);
    world.aws.clear_journal();
    let mut make = world.program("make");
    make.arg("-j8");
    let mut terminal = crate::harness::terminal(make);
    let before = terminal.exp_string("MFA code: ").unwrap();
    let ended = "mfaexec: the session of testuser ended at ";
    assert!(before.starts_with(ended), "{before}");
    assert_eq!(before.lines().count(), 2, "{before}");
    // Long enough for the others to come to where they wait.
    std::thread::sleep(Duration::from_millis(500));
    terminal.send_line(&world.aws.code("testuser")).unwrap();
    let rest = terminal.exp_eof().unwrap();
    assert!(!rest.contains("MFA code: "), "asked twice: {rest}");
    for word in ["waiting", "ended"] {
        assert!(!rest.contains(word), "between question and answer: {rest}");
    }
    let mut keys: Vec<&str> = rest
        .lines()
        .filter(|line| line.starts_with("ASIA"))
        .collect();
    assert_eq!(keys.len(), 8, "{rest}");
    keys.dedup();
    assert_eq!((keys.len(), world.code_calls().len()), (1, 1));
}

#[test]
fn xargs_asks_once_at_the_terminal() {
    let world = World::new();
    let mut shell = world.program("/bin/sh");
    let line = "seq 64 | xargs -P 64 -I{} mfaexec -q -p testuser -- printenv AWS_ACCESS_KEY_ID";
    shell.args(["-c", line]);
    let mut terminal = crate::harness::terminal(shell);
    terminal.exp_string("MFA code: ").unwrap();
    terminal.send_line(&world.aws.code("testuser")).unwrap();
    let rest = terminal.exp_eof().unwrap();
    assert!(!rest.contains("MFA code: "), "asked twice: {rest}");
    assert_eq!(
        rest.lines().filter(|line| line.starts_with("ASIA")).count(),
        64,
        "{rest}"
    );
    assert_eq!(world.code_calls().len(), 1);
}

/// Waits until someone waits for the lock: its message is on stderr by then. Gives the process
/// that it names.
fn waits(child: &mut Child) -> u32 {
    use std::io::{BufRead, BufReader};
    let mut line = String::new();
    BufReader::new(child.stderr.as_mut().unwrap())
        .read_line(&mut line)
        .unwrap();
    has(&line, &["waiting for the sign-in with"]);
    let (_, holder) = line.split_once("(process ").unwrap();
    holder.trim_end().trim_end_matches(')').parse().unwrap()
}

#[test]
fn an_interrupt_ends_a_waiter_alone() {
    use std::os::unix::process::ExitStatusExt;
    let world = World::new();
    let mut asking = world.at_terminal(&["-p", "testuser", "--", "echo", "done-first"]);
    asking.exp_string("MFA code: ").unwrap();
    let mut waiter = start(shows_key(&world, &["-p", "testuser", "-c", "123456"]));
    waits(&mut waiter);
    kill("INT", &waiter.id().to_string());
    assert_eq!(waiter.wait().unwrap().signal(), Some(2));
    asking.send_line(&world.aws.code("testuser")).unwrap();
    has(&asking.exp_eof().unwrap(), &["done-first"]);
}

#[test]
fn when_the_one_who_asks_gives_up_or_is_killed_the_next_one_asks() {
    for ending in ["give up", "KILL", "TERM"] {
        let world = World::new();
        let mut asking = world.at_terminal(&["-p", "testuser", "--", "echo", "done-first"]);
        asking.exp_string("MFA code: ").unwrap();
        let code = world.aws.code("testuser");
        let mut waiter = start(shows_key(&world, &["-p", "testuser", "-c", &code]));
        let holder = waits(&mut waiter);
        match ending {
            "give up" => asking.send_control('c').unwrap(),
            signal => kill(signal, &holder.to_string()),
        }
        let output = waiter.wait_with_output().unwrap();
        assert!(output.stdout.starts_with(b"ASIA"), "{ending}: {output:?}");
        assert_eq!(world.code_calls().len(), 1);
    }
}

#[test]
fn who_waits_at_another_terminal_is_asked_there_in_turn() {
    for ending in ["give up", "KILL"] {
        let world = World::new();
        let run = ["-p", "testuser", "--", "printenv", "AWS_ACCESS_KEY_ID"];
        let mut first = world.at_terminal(&run);
        first.exp_string("MFA code: ").unwrap();
        let mut second = world.at_terminal(&run);
        second.exp_string("waiting for the sign-in with").unwrap();
        match ending {
            "give up" => first.send_control('d').unwrap(),
            _ => first.process_mut().signal(Signal::SIGKILL).unwrap(),
        }
        second.exp_string("MFA code: ").unwrap();
        second.send_line(&world.code()).unwrap();
        has(&second.exp_eof().unwrap(), &["ASIA"]);
        assert_eq!(world.code_calls().len(), 1);
        assert!(!first.exp_eof().unwrap().contains("ASIA"));
    }
}

#[test]
fn other_keys_with_the_same_device_queue_for_the_code_and_get_their_own_session() {
    let world = World::new();
    // A second key of the same user.
    let second = (
        "AKIASECONDKEY0EXAMPL",
        "second0key/MI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    );
    world.aws.edit(|account| {
        let keys = &mut account.user_mut("testuser").keys;
        let mut key = keys[0].clone();
        (key.id, key.secret) = (second.0.into(), second.1.into());
        keys.push(key);
    });
    let (id, secret) = second;
    world.write_credentials(&format!(
        "{}[second]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n",
        std::fs::read_to_string(world.home().join(".aws/credentials")).unwrap()
    ));
    world.aws.fault_on(
        "GetSessionToken",
        Fault::Slow(Duration::from_millis(800)),
        1,
    );
    let code = world.code();
    let first = start(shows_key(&world, &["-p", "testuser", "-c", &code]));
    eventually("the first call is under way", || {
        !world.code_calls().is_empty()
    });
    let options = ["-p", "second", "--mfa-serial", SERIAL];
    // The same code again is refused here, without a call.
    let error = finish(&mut shows_key(
        &world,
        &[&options[..], &["-c", &code]].concat(),
    ))
    .fails(125);
    has(&error, &["this code was used already"]);
    assert!(
        first
            .wait_with_output()
            .unwrap()
            .stdout
            .starts_with(b"ASIA")
    );
    assert_eq!(world.code_calls().len(), 1);
    let code = world.code();
    finish(&mut shows_key(
        &world,
        &[&options[..], &["-c", &code]].concat(),
    ))
    .succeeds();
    let callers: Vec<_> = world
        .code_calls()
        .into_iter()
        .map(|e| e.access_key_id)
        .collect();
    assert_eq!(callers[1].as_deref(), Some(id));
}
