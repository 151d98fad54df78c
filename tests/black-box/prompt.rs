//! The question on the terminal, at a real pseudo-terminal.

use std::time::Duration;

use local_aws::Fault;

use crate::harness::{SERIAL, World, finish, has};
use crate::skipping::needs;

const QUESTION: &str = "testuser (123456789012), to run echo. MFA code: ";

#[test]
fn the_code_is_not_echoed_and_stdout_stays_clean() {
    let world = World::new();
    let out = world.home().join("out");
    let script = format!(
        "stty echo; mfaexec -p testuser -- echo done > {}",
        out.display()
    );
    let mut command = world.program("/bin/sh");
    command.args(["-c", &script]);
    let mut terminal = crate::harness::terminal(command);
    terminal.exp_string(QUESTION).unwrap();
    let code = world.aws.code("testuser");
    terminal.send_line(&code).unwrap();
    let rest = terminal.exp_eof().unwrap();
    assert!(!rest.contains(&code), "echoed: {rest:?}");
    assert_eq!(std::fs::read_to_string(out).unwrap(), "done\n");
}

#[test]
fn what_is_no_code_is_asked_for_again_and_not_sent() {
    let world = World::new();
    let used = world.code();
    world
        .run(&["login", "-p", "testuser", "-c", &used])
        .succeeds();
    let run = ["--fresh", "-p", "testuser", "--", "echo", "done"];
    let mut terminal = world.at_terminal(&run);
    // Nothing of this was sent, so nothing of it is a try, however often it happens.
    for wrong in ["", "12345", &used, "abcdef", "1234567", "", &used] {
        terminal.exp_string(QUESTION).unwrap();
        terminal.send_line(wrong).unwrap();
        let told = match wrong == used {
            true => "this code was used already",
            false => "a code has six digits",
        };
        terminal.exp_string(told).unwrap();
    }
    terminal.exp_string("MFA code: ").unwrap();
    terminal.send_line(&world.code()).unwrap();
    has(&terminal.exp_eof().unwrap(), &["done"]);
    assert_eq!(world.code_calls().len(), 2);
}

#[test]
fn three_wrong_codes_end_the_run() {
    let world = World::new();
    let mut terminal = world.at_terminal(&["-p", "testuser", "--", "echo", "done"]);
    let right: u32 = world.aws.code("testuser").parse().unwrap();
    for wrong in 1..=3 {
        terminal.exp_string(QUESTION).unwrap();
        terminal
            .send_line(&format!("{:06}", (right + wrong * 111_111) % 1_000_000))
            .unwrap();
        terminal.exp_string("STS did not accept the code").unwrap();
        terminal.exp_string("the next code comes in ").unwrap();
    }
    let rest = terminal.exp_eof().unwrap();
    assert!(
        !rest.contains("MFA code: ") && !rest.contains("done"),
        "{rest}"
    );
    assert_eq!(world.code_calls().len(), 3);
}

#[test]
fn a_wrong_code_can_be_followed_by_the_right_one() {
    let world = World::new();
    let mut terminal = world.at_terminal(&["-p", "testuser", "--", "echo", "done"]);
    let right: u32 = world.aws.code("testuser").parse().unwrap();
    terminal.exp_string(QUESTION).unwrap();
    terminal
        .send_line(&format!("{:06}", (right + 111_111) % 1_000_000))
        .unwrap();
    terminal.exp_string("STS did not accept the code").unwrap();
    terminal.exp_string(QUESTION).unwrap();
    terminal.send_line(&world.aws.code("testuser")).unwrap();
    has(&terminal.exp_eof().unwrap(), &["done"]);
}

#[test]
fn a_used_code_is_refused_without_a_call() {
    let world = World::new();
    let code = world.code();
    world
        .run(&["login", "-p", "testuser", "-c", &code])
        .succeeds();
    let error = world
        .run(&["login", "--fresh", "-p", "testuser", "-c", &code])
        .fails(1);
    has(
        &error,
        &["this code was used already", "the next one comes in"],
    );
    assert_eq!(world.code_calls().len(), 1);
}

#[test]
fn while_the_person_types_the_key_is_tried() {
    let world = World::new();
    let mut terminal = world.at_terminal(&["-p", "testuser", "--", "echo", "done"]);
    terminal.exp_string(QUESTION).unwrap();
    crate::harness::eventually("GetCallerIdentity", || {
        world
            .aws
            .journal()
            .iter()
            .any(|entry| entry.action == "GetCallerIdentity")
    });
    terminal.send_line(&world.aws.code("testuser")).unwrap();
    terminal.exp_eof().unwrap();
    let actions: Vec<_> = world
        .aws
        .journal()
        .into_iter()
        .map(|entry| entry.action)
        .collect();
    assert_eq!(actions, ["GetCallerIdentity", "GetSessionToken"]);
}

#[test]
fn what_makes_a_code_pointless_ends_the_question() {
    let cases = [
        ("leaver", None, "AWS does not know the access key"),
        (
            "testuser",
            Some(Fault::RegionDisabled),
            "STS is switched off",
        ),
        (
            "testuser",
            Some(Fault::ClockOff(3600)),
            "this machine's clock is",
        ),
    ];
    for (profile, fault, words) in cases {
        let world = World::new();
        if let Some(fault) = fault {
            world.aws.fault(fault, 9);
        }
        let serial = format!("arn:aws:iam::123456789012:mfa/{profile}");
        let mut terminal =
            world.at_terminal(&["-p", profile, "--mfa-serial", &serial, "--", "echo", "done"]);
        // No one types anything.
        let seen = terminal.exp_eof().unwrap();
        has(&seen, &["MFA code: ", words, "remedy:"]);
        assert!(!seen.contains("done"));
        assert!(world.code_calls().is_empty());
    }
}

#[test]
fn a_slow_check_is_waited_for_before_the_code_is_spent() {
    let world = World::new();
    world
        .aws
        .fault_on("GetCallerIdentity", Fault::Slow(Duration::from_secs(1)), 1);
    world
        .aws
        .edit(|account| account.regions_not_enabled.push("eu-central-1".into()));
    let mut terminal = world.at_terminal(&["-p", "testuser", "--", "echo", "done"]);
    terminal.exp_string(QUESTION).unwrap();
    terminal.send_line(&world.aws.code("testuser")).unwrap();
    has(
        &terminal.exp_eof().unwrap(),
        &["AWS does not know the access key"],
    );
    assert!(world.code_calls().is_empty(), "the code can be used again");
}

#[test]
fn a_connection_that_the_server_closes_meanwhile_costs_no_code() {
    let world = World::new();
    world.aws.connections_last(Duration::from_millis(300));
    let mut terminal = world.at_terminal(&["-p", "testuser", "--", "echo", "done"]);
    terminal.exp_string(QUESTION).unwrap();
    // The connection of GetCallerIdentity is gone by now.
    std::thread::sleep(Duration::from_millis(900));
    terminal.send_line(&world.aws.code("testuser")).unwrap();
    has(&terminal.exp_eof().unwrap(), &["done"]);
    assert_eq!(world.code_calls().len(), 1);
}

#[test]
fn the_command_is_looked_for_before_the_question() {
    let world = World::new();
    let mut terminal = world.at_terminal(&["-p", "testuser", "--", "no-such-command"]);
    let seen = terminal.exp_eof().unwrap();
    has(&seen, &["no-such-command: command not found"]);
    assert!(!seen.contains("MFA code"));
    assert!(world.aws.journal().is_empty());
}

#[test]
fn end_of_file_at_the_question_gives_up() {
    let world = World::new();
    let mut terminal = world.at_terminal(&["-p", "testuser", "--", "echo", "done"]);
    terminal.exp_string(QUESTION).unwrap();
    terminal.send_control('d').unwrap();
    let seen = terminal.exp_eof().unwrap();
    has(&seen, &["no code was given"]);
    assert!(!seen.contains("done"));
}

#[test]
fn without_a_terminal_it_fails_at_once_with_the_line_that_signs_in() {
    needs!("setsid");
    let world = World::new();
    // setsid(1) takes the controlling terminal away, if the tests have one.
    let mut command = world.program("setsid");
    command.args([
        "--wait",
        crate::harness::MFAEXEC,
        "-p",
        "testuser",
        "-d",
        "90m",
        "--",
        "true",
    ]);
    // In under a second, if only once on a busy machine.
    let mut quickest = Duration::MAX;
    let mut error = String::new();
    for _ in 0..5 {
        let started = std::time::Instant::now();
        error = finish(&mut command).fails(125);
        quickest = quickest.min(started.elapsed());
    }
    assert!(quickest < Duration::from_secs(1), "{quickest:?}");
    has(&error, &["no terminal", "mfaexec login -p testuser -d 90m"]);
    let error = world.run(&[
        "-p",
        "testuser",
        "--no-input",
        "--mfa-serial",
        SERIAL,
        "--",
        "true",
    ]);
    has(
        &error.fails(125),
        &["--no-input was given", &format!("--mfa-serial {SERIAL}")],
    );
    // A sign-in that is not kept would not help.
    let run = ["-p", "testuser", "--cache", "none", "--no-input"];
    let error = world.run(&[&run[..], &["--", "true"]].concat()).fails(125);
    has(&error, &["remedy: give a code, such as --code 123456"]);
    assert!(world.aws.journal().is_empty());
}

/// A shell that sees its job stopped turns the echo on for itself, and no one tells the job.
#[test]
fn a_question_that_was_stopped_from_outside_hides_the_code_again() {
    needs!("/proc");
    use nix::sys::signal::{Signal, kill};
    use nix::sys::termios::{LocalFlags, SetArg, tcgetattr, tcsetattr};
    use nix::unistd::Pid;
    let world = World::new();
    let mut terminal = world.at_terminal(&["-p", "testuser", "--", "echo", "done"]);
    terminal.exp_string(QUESTION).unwrap();
    // The lock of the device names its holder.
    let lock = std::fs::read_dir(world.cache())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|e| e == "lock") && !path.ends_with("key.lock"));
    let holder = std::fs::read_to_string(lock.unwrap()).unwrap();
    let pid = Pid::from_raw(holder.lines().next().unwrap().parse().unwrap());
    kill(pid, Signal::SIGSTOP).unwrap();
    let tty = std::fs::File::open(format!("/proc/{pid}/fd/0")).unwrap();
    let mut modes = tcgetattr(&tty).unwrap();
    assert!(!modes.local_flags.contains(LocalFlags::ECHO));
    modes.local_flags.insert(LocalFlags::ECHO);
    tcsetattr(&tty, SetArg::TCSANOW, &modes).unwrap();
    drop(tty);
    kill(pid, Signal::SIGCONT).unwrap();
    terminal.exp_string(QUESTION).unwrap();
    let code = world.aws.code("testuser");
    terminal.send_line(&code).unwrap();
    let rest = terminal.exp_eof().unwrap();
    assert!(!rest.contains(&code), "echoed: {rest:?}");
    has(&rest, &["done"]);
}

#[test]
fn the_code_before_the_last_is_refused_as_well() {
    let world = World::new();
    let mut terminal = world.at_terminal(&["-p", "testuser", "--", "echo", "done"]);
    let right: u32 = world.aws.code("testuser").parse().unwrap();
    let wrong = |by: u32| format!("{:06}", (right + by * 111_111) % 1_000_000);
    for (code, answer) in [
        (wrong(1), "STS did not accept the code"),
        (wrong(2), "STS did not accept the code"),
        (wrong(1), "this code was used already"),
    ] {
        terminal.exp_string(QUESTION).unwrap();
        terminal.send_line(&code).unwrap();
        terminal.exp_string(answer).unwrap();
    }
    assert_eq!(world.code_calls().len(), 2);
}

#[test]
fn a_wrong_code_on_a_clock_that_is_off_says_so() {
    let world = World::new();
    // Too little for a refused signature, enough to be a code behind.
    world.aws.fault(Fault::ClockOff(120), 1);
    let wrong = ["-p", "testuser", "-c", "000000", "--", "true"];
    let error = world.run(&wrong).fails(125);
    has(
        &error,
        &[
            "the next code comes in ",
            "this machine's clock is 2m behind AWS's",
        ],
    );
}
