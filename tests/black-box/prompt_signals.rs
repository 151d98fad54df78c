//! X24 to X27: signals while the question is open on the terminal, under a real shell with job
//! control. Whatever comes, the shell is back, nothing was run and no code was sent. Such a shell
//! puts the terminal's modes right by itself; `prompt_modes` looks at what mfaexec leaves.

use std::path::Path;

use nix::sys::signal::Signal;
use rexpect::process::WaitStatus;
use rexpect::session::PtySession;

use crate::harness::{World, eventually, kill};

pub(crate) const QUESTION: &str = "MFA code: ";
/// Asks the shell whether what is typed can be seen, and comes in lines.
pub(crate) const MODES: &str = "echo hidden=$(stty -a | grep -c -- '-echo \\|-icanon\\|-isig')";
const COMMAND: &str = "mfaexec -p testuser -- sh -c 'echo done-$((40 + 2))'";

/// Brings the question up in an interactive bash.
fn asked(world: &World) -> PtySession {
    let mut bash = world.bash();
    bash.send_line(COMMAND).unwrap();
    bash.exp_string(QUESTION).unwrap();
    bash
}

/// The shell is back, and nothing was run.
#[track_caller]
fn ends_well(world: &World, mut bash: PtySession, status: u32) {
    bash.exp_string("ready> ").unwrap();
    bash.send_line("echo status=$?").unwrap();
    bash.exp_string(&format!("status={status}")).unwrap();
    bash.send_line("exit").unwrap();
    assert!(!bash.exp_eof().unwrap().contains("done-42"));
    assert!(world.code_calls().is_empty());
}

/// The process that asks: it says who it is in its lock.
pub(crate) fn asking(world: &World) -> String {
    let mut pid = String::new();
    eventually("the lock names its holder", || {
        let files = std::fs::read_dir(world.cache())
            .into_iter()
            .flatten()
            .flatten();
        let mut locks = files
            .map(|file| file.path())
            .filter(|path| is_device_lock(path));
        let text = locks
            .next()
            .and_then(|path| std::fs::read_to_string(path).ok());
        pid = text
            .unwrap_or_default()
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned();
        !pid.is_empty()
    });
    pid
}

/// A device's lock, not that of the cache key.
fn is_device_lock(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.ends_with(".lock") && name != "key.lock"
}

#[test]
fn x24_an_interrupt() {
    let world = World::new();
    let mut bash = asked(&world);
    bash.send_control('c').unwrap();
    ends_well(&world, bash, 130);
}

#[test]
fn x24_a_quit() {
    let world = World::new();
    let mut bash = asked(&world);
    bash.send_control('\\').unwrap();
    ends_well(&world, bash, 131);
}

/// A shell says 130 of a death by SIGINT and of an exit with 130 alike. What started mfaexec has
/// to see the former, or a script that it is in would go on.
#[test]
fn x24_who_started_it_sees_a_death_by_the_signal() {
    let from_keyboard = [(Signal::SIGINT, Some('c')), (Signal::SIGQUIT, Some('\\'))];
    let from_elsewhere = [Signal::SIGHUP, Signal::SIGTERM, Signal::SIGUSR1].map(|s| (s, None));
    for (signal, key) in from_keyboard.into_iter().chain(from_elsewhere) {
        let world = World::new();
        let mut terminal = world.at_terminal(&["-p", "testuser", "--", "true"]);
        terminal.exp_string(QUESTION).unwrap();
        match key {
            Some(key) => terminal.send_control(key).unwrap(),
            None => terminal.process_mut().signal(signal).unwrap(),
        }
        let status = terminal.process().wait().unwrap();
        let WaitStatus::Signaled(_, died_of, _) = status else {
            panic!("{signal}: {status:?}")
        };
        assert_eq!(died_of, signal);
        assert!(world.code_calls().is_empty());
    }
}

#[test]
fn x24_half_a_code_is_not_left_to_the_shell() {
    let world = World::new();
    let mut bash = asked(&world);
    bash.send("123").unwrap();
    bash.flush().unwrap();
    kill("TERM", &asking(&world));
    ends_well(&world, bash, 143);
}

#[test]
fn x24_a_hangup_of_the_process_alone() {
    let world = World::new();
    let bash = asked(&world);
    kill("HUP", &asking(&world));
    ends_well(&world, bash, 129);
}

#[test]
fn x24_signals_that_nobody_means() {
    for (signal, number) in [("USR1", 10), ("USR2", 12), ("ALRM", 14)] {
        let world = World::new();
        let bash = asked(&world);
        kill(signal, &asking(&world));
        ends_well(&world, bash, 128 + number);
    }
}

#[test]
fn x24_ignored_signals_stay_ignored_at_the_question() {
    let world = World::new();
    let mut shell = world.program("/bin/sh");
    shell.args(["-c", &format!("trap '' HUP; {COMMAND}")]);
    let mut terminal = crate::harness::terminal(shell);
    terminal.exp_string(QUESTION).unwrap();
    kill("HUP", &asking(&world));
    terminal.send_line(&world.aws.code("testuser")).unwrap();
    terminal.exp_string("done-42").unwrap();
    terminal.exp_eof().unwrap();
}

#[test]
fn x25_a_stop_from_outside_and_in_the_background() {
    let world = World::new();
    // Started in the background it stops when it wants to ask, as any job does.
    let mut bash = world.bash();
    bash.send_line(&format!("{COMMAND} &")).unwrap();
    bash.exp_string("ready> ").unwrap();
    let mut stopped = false;
    for _ in 0..50 {
        bash.send_line("jobs; sleep 0.1").unwrap();
        if bash.exp_string("ready> ").unwrap().contains("Stopped") {
            stopped = true;
            break;
        }
    }
    assert!(stopped);
    bash.send_line(MODES).unwrap();
    bash.exp_string("hidden=0").unwrap();
    bash.send_line("fg").unwrap();
    bash.exp_string(QUESTION).unwrap();
    bash.send_line(&world.aws.code("testuser")).unwrap();
    bash.exp_string("done-42").unwrap();
    bash.exp_string("ready> ").unwrap();
    bash.send_line("exit").unwrap();
    bash.exp_eof().unwrap();
}

#[test]
fn x26_streams_are_the_commands() {
    let world = World::new();
    let mut shell = world.program("/bin/sh");
    let line = "printf 'to the command' | mfaexec -p testuser -- cat > out 2> err";
    shell.args(["-c", line]);
    let mut terminal = crate::harness::terminal(shell);
    terminal.exp_string(QUESTION).unwrap();
    terminal.send_line(&world.aws.code("testuser")).unwrap();
    terminal.exp_eof().unwrap();
    let read = |name: &str| std::fs::read_to_string(world.home().join(name)).unwrap();
    assert_eq!(
        (read("out").as_str(), read("err").as_str()),
        ("to the command", "")
    );
}

#[test]
fn x25_a_stop_gives_the_terminal_back_and_continuing_asks_again() {
    let world = World::new();
    let mut terminal = asked(&world);
    terminal.send_control('z').unwrap();
    terminal.exp_string("Stopped").unwrap();
    terminal.exp_string("ready> ").unwrap();
    terminal.send_line("fg").unwrap();
    terminal.exp_string(QUESTION).unwrap();
    let code = world.aws.code("testuser");
    terminal.send_line(&code).unwrap();
    let seen = terminal.exp_string("done-42").unwrap();
    assert!(!seen.contains(&code), "hidden again: {seen}");
    terminal.exp_string("ready> ").unwrap();
    terminal.send_line("exit").unwrap();
    terminal.exp_eof().unwrap();
}
