//! X01 to X15: the process that the caller sees is the command.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Stdio};

use crate::harness::{World, eventually, finish, has, kill};
use crate::skipping::needs;
use crate::wrapper::{Wrapper, both};

/// A command that says `ready`, and then each signal that it gets by name, until its input ends.
/// The interpreter's own handlers only run between two of its steps, and so might sleep over a
/// signal that comes right before a read. Its file for wake-ups has every signal's number at once.
const NOTES_SIGNALS: &str = "
import os, select, signal, sys
woken, wake = os.pipe()
os.set_blocking(wake, False)
signal.set_wakeup_fd(wake)
for name in 'HUP INT QUIT USR1 USR2 ALRM CONT WINCH TERM'.split():
    signal.signal(getattr(signal, 'SIG' + name), lambda number, frame: None)
os.write(1, b'ready\\n')
while True:
    readable = select.select([0, woken], [], [])[0]
    if woken in readable:
        for number in os.read(woken, 64):
            os.write(1, (signal.Signals(number).name + '\\n').encode())
    elif not os.read(0, 1): break
";

fn start(
    world: &World,
    wrapper: Wrapper,
    command: &[&str],
) -> (Child, BufReader<std::process::ChildStdout>) {
    let mut command = wrapper.run(world, command);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .process_group(0);
    let mut child = command.spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap());
    (child, lines)
}

fn line(lines: &mut impl BufRead) -> String {
    let mut line = String::new();
    lines.read_line(&mut line).unwrap();
    line.trim_end().to_owned()
}

/// The state letter of a process, if there is one.
fn state(pid: u32) -> Option<char> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.chars().next()
}

#[test]
fn x01_exit_codes_pass_unchanged() {
    both(|world, wrapper| {
        for code in [0, 1, 2, 42, 124, 125, 126, 127, 128, 130, 255] {
            let command = ["sh", "-c", &format!("exit {code}")];
            assert_eq!(finish(&mut wrapper.run(world, &command)).code, Some(code));
        }
    });
}

#[test]
fn x02_death_by_a_signal_is_death_by_that_signal() {
    both(|world, wrapper| {
        for (name, number) in [
            ("TERM", 15),
            ("KILL", 9),
            ("INT", 2),
            ("PIPE", 13),
            ("ABRT", 6),
        ] {
            let command = ["sh", "-c", &format!("ulimit -c 0; kill -{name} $$")];
            assert_eq!(
                finish(&mut wrapper.run(world, &command)).signal,
                Some(number)
            );
        }
    });
}

#[test]
fn x03_x04_what_cannot_be_run() {
    both(|world, wrapper| {
        world.write("no-x-bit", "x");
        for (command, code) in [("no-such-command", 127), ("./no-x-bit", 126), ("/etc", 126)] {
            let said = finish(&mut wrapper.run(world, &[command]));
            assert_eq!(
                (said.code, said.stdout.as_str()),
                (Some(code), ""),
                "{command}"
            );
            has(&said.stderr, &[command]);
        }
    });
}

#[test]
fn x05_its_own_failure_is_125_and_runs_nothing() {
    let world = World::new();
    let mark = world.home().join("mark");
    let command = ["touch", mark.to_str().unwrap()];
    let run = |options: &[&str]| {
        let mut mfaexec = world.mfaexec(options);
        finish(mfaexec.arg("--").args(command)).fails(125);
        assert!(!mark.exists());
    };
    run(&["-p", "testuser", "--no-input"]);
    run(&["-p", "nobody"]);
    run(&["--nonsense"]);
    run(&["-p", "testuser", "-c", "000000"]);
    // env has the same code for its own failures.
    assert_eq!(
        finish(world.program("env").arg("--nonsense")).code,
        Some(125)
    );
}

#[test]
fn x06_a_signal_to_the_wrapper_runs_the_commands_trap() {
    both(|world, wrapper| {
        let script = "trap 'echo got; exit 3' TERM; echo ready; while :; do sleep 0.02; done";
        let (mut child, mut lines) = start(world, wrapper, &["sh", "-c", script]);
        assert_eq!(line(&mut lines), "ready");
        kill("TERM", &child.id().to_string());
        assert_eq!(line(&mut lines), "got");
        assert_eq!(child.wait().unwrap().code(), Some(3));
    });
}

fn each_signal_once(target: impl Fn(u32) -> String) {
    both(|world, wrapper| {
        let (mut child, mut lines) = start(world, wrapper, &["python3", "-c", NOTES_SIGNALS]);
        assert_eq!(line(&mut lines), "ready");
        for name in [
            "HUP", "INT", "QUIT", "USR1", "USR2", "ALRM", "CONT", "WINCH", "TERM",
        ] {
            kill(name, &target(child.id()));
            assert_eq!(line(&mut lines), format!("SIG{name}"));
        }
        drop(child.stdin.take());
        assert_eq!(child.wait().unwrap().code(), Some(0));
        assert_eq!(line(&mut lines), "", "none came twice");
    });
}

#[test]
fn x07_each_signal_to_the_process_arrives_once() {
    needs!("python3");
    each_signal_once(|pid| pid.to_string());
}

#[test]
fn x08_each_signal_to_the_group_arrives_once() {
    needs!("python3");
    each_signal_once(|pid| format!("-{pid}"));
}

#[test]
fn x09_kill_leaves_nothing_behind_and_the_parents_death_is_noticed() {
    needs!("python3", "/proc");
    both(|world, wrapper| {
        let (mut child, mut lines) =
            start(world, wrapper, &["sh", "-c", "echo $$; exec sleep 300"]);
        let command: u32 = line(&mut lines).parse().unwrap();
        kill("KILL", &child.id().to_string());
        child.wait().unwrap();
        eventually("the command is gone", || {
            state(command).is_none_or(|state| state == 'Z')
        });

        let script = "
import ctypes
pid = os.fork()
if pid == 0:
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)
    os.dup2(os.open('/dev/null', os.O_WRONLY), 1)
    os.execvp(W[0], W + ['sleep', '300'])
while b'sleep' not in open(f'/proc/{pid}/cmdline', 'rb').read().split(b'\\0')[0]: time.sleep(0.01)
print(pid, flush=True)
os._exit(0)
";
        let printed = finish(&mut wrapper.python(world, script)).succeeds();
        let command: u32 = printed.trim().parse().unwrap();
        eventually("the command dies with its parent", || {
            state(command).is_none_or(|state| state == 'Z')
        });
    });
}

#[test]
fn x10_stop_and_continue_reach_the_command() {
    needs!("/proc");
    both(|world, wrapper| {
        let (mut child, mut lines) =
            start(world, wrapper, &["sh", "-c", "echo $$; exec sleep 300"]);
        let command: u32 = line(&mut lines).parse().unwrap();
        kill("STOP", &child.id().to_string());
        eventually("it is stopped", || state(command) == Some('T'));
        kill("CONT", &child.id().to_string());
        eventually("it goes on", || state(command) == Some('S'));
        child.kill().unwrap();
        child.wait().unwrap();
    });
}

#[test]
fn x11_pid_parent_group_session_and_children_are_the_same() {
    needs!("ps", "/proc");
    both(|world, wrapper| {
        let ids =
            "ps -o pid=,ppid=,pgid=,sid= -p $$; ps -o ppid= -p $CHILD; ls /proc/$$/task | wc -l";
        let script =
            format!("sleep 300 & export CHILD=$!\n{ids}\nexec $W sh -c '{ids}; kill $CHILD'\n");
        let printed = finish(&mut wrapper.script(world, &script)).succeeds();
        let lines: Vec<String> = printed
            .lines()
            .map(|l| l.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        assert_eq!(lines.len(), 6, "{printed}");
        assert_eq!(lines[..3], lines[3..], "before and after");
    });
}

#[test]
fn x12_x13_an_ignored_sigpipe_stays_ignored_and_a_default_one_default() {
    needs!("/proc");
    both(|world, wrapper| {
        let ignored = |prefix: &str| {
            let script = format!("{prefix} exec $W grep SigIgn /proc/self/status");
            let printed = finish(&mut wrapper.script(world, &script)).succeeds();
            let mask = printed.split_whitespace().next_back().unwrap().to_owned();
            u64::from_str_radix(&mask, 16).unwrap() & (1 << (13 - 1)) != 0
        };
        assert!(ignored("trap '' PIPE;"));
        assert!(!ignored(""));
    });
}

#[test]
fn x14_dispositions_are_inherited() {
    needs!("python3", "/proc");
    both(|world, wrapper| {
        for (name, number) in [
            ("CHLD", 17),
            ("HUP", 1),
            ("INT", 2),
            ("QUIT", 3),
            ("TSTP", 20),
            ("TTOU", 22),
            ("XFSZ", 25),
        ] {
            let ignored = |how: &str| {
                let script = format!(
                    "signal.signal(signal.SIG{name}, signal.{how})\n\
                     os.execvp(W[0], W + ['grep', 'SigIgn', '/proc/self/status'])"
                );
                let printed = finish(&mut wrapper.python(world, &script)).succeeds();
                let mask = printed.split_whitespace().next_back().unwrap().to_owned();
                u64::from_str_radix(&mask, 16).unwrap() & (1 << (number - 1)) != 0
            };
            assert!(ignored("SIG_IGN"), "{name}");
            assert!(!ignored("SIG_DFL"), "{name}");
        }
    });
}

#[test]
fn x14_dispositions_survive_a_sign_in() {
    needs!("/proc");
    let world = World::new();
    let masks = |wrapper: &str| {
        let script = format!(
            "trap '' HUP QUIT; exec {wrapper} grep -E 'Sig(Ign|Blk|Cgt)' /proc/self/status"
        );
        let printed = finish(world.program("/bin/bash").args(["-c", &script])).succeeds();
        let masks = printed
            .split_whitespace()
            .filter_map(|word| u64::from_str_radix(word, 16).ok());
        // 32 and 33 are glibc's own: a thread, which a sign-in has, sets the second.
        masks.map(|mask| mask & 0x7fff_ffff).collect::<Vec<_>>()
    };
    let code = world.code();
    assert_eq!(
        masks(&format!("mfaexec -p testuser -c {code} --")),
        masks("env A=1")
    );
}

#[test]
fn x15_the_signal_mask_is_inherited() {
    needs!("python3", "/proc");
    both(|world, wrapper| {
        let script = "
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1, signal.SIGCHLD, signal.SIGTSTP])
os.execvp(W[0], W + ['grep', 'SigBlk', '/proc/self/status'])";
        let printed = finish(&mut wrapper.python(world, script)).succeeds();
        let bits = (1 << (10 - 1)) | (1 << (17 - 1)) | (1 << (20 - 1));
        assert_eq!(printed.trim(), format!("SigBlk:\t{bits:016x}"));
    });
}
