//! Threats to the memory of mfaexec while it holds secrets: core dumps, and debuggers of the same
//! user.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;

use crate::harness::{MFAEXEC, World, eventually, finish, has, kill};
use crate::prompt_signals::{QUESTION, asking};
use crate::skipping::{needs, possible};
use crate::threats::name_of;

/// Debian's and everybody else's `nobody`: a user who has nothing.
const NOBODY: &str = "65534";

/// A shell without a limit on core dumps, running `script`.
fn dumping(world: &World, script: &str) -> Command {
    let mut shell = world.program("/bin/sh");
    shell.args(["-c", &format!("ulimit -c unlimited; {script}")]);
    shell
}

/// Whether this system writes core dumps at all.
fn dumps_cores(world: &World, test: &str) -> bool {
    let status = dumping(world, "kill -SEGV $$").status().unwrap();
    possible(
        status.core_dumped(),
        test,
        "a system that writes core dumps",
    )
}

#[test]
fn a_crash_at_the_question_leaves_no_core() {
    let world = World::new();
    if !dumps_cores(&world, "a_crash_at_the_question_leaves_no_core") {
        return;
    }
    let directory = world.home().join("empty");
    fs::create_dir(&directory).unwrap();
    let mut bash = world.bash();
    bash.send_line(&format!(
        "cd {}; ulimit -c unlimited; mfaexec -p testuser -- true; echo status=$?",
        directory.display()
    ))
    .unwrap();
    bash.exp_string(QUESTION).unwrap();
    kill("ABRT", &asking(&world));
    let seen = bash.exp_string("status=134").unwrap();
    has(&seen, &["Aborted"]);
    assert!(!seen.contains("core dumped"), "{seen}");
    assert_eq!(fs::read_dir(directory).unwrap().count(), 0);
    bash.send_line("exit").unwrap();
    bash.exp_eof().unwrap();
}

#[test]
fn the_commands_core_dumps_are_as_without_mfaexec() {
    let world = World::new();
    world.sign_in(&[]);
    for limit in ["0", "7", "unlimited"] {
        let limited = |command: &str| {
            let script = format!("ulimit -S -c {limit}; exec {command} 'ulimit -S -c'");
            finish(world.program("/bin/sh").args(["-c", &script])).succeeds()
        };
        let without = limited("sh -c");
        assert_eq!(
            limited("mfaexec -p testuser --no-input -- sh -c"),
            without,
            "{limit}"
        );
    }
    if dumps_cores(&world, "the_commands_core_dumps_are_as_without_mfaexec") {
        let crash = "exec mfaexec -p testuser --no-input -- sh -c 'kill -SEGV $$'";
        assert!(dumping(&world, crash).status().unwrap().core_dumped());
    }
}

/// A program of a user who is not root, from whom nothing could be hidden.
fn unprivileged(world: &World, program: &str) -> Command {
    if !nix::unistd::geteuid().is_root() {
        return world.program(program);
    }
    let mut command = world.program("setpriv");
    let user = ["--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"];
    command.args(user).arg(program);
    command
}

/// What a debugger of the same user gets at: a line each for files below /proc and for attaching.
fn spied(world: &World, pid: &str) -> String {
    let script = r#"
import ctypes, os, sys
pid = int(sys.argv[1])
for name in ("environ", "mem", "maps", "fd/0"):
    try:
        (os.readlink if name == "fd/0" else lambda path: open(path, "rb"))(f"/proc/{pid}/{name}")
        print(name, "open")
    except OSError as error:
        print(name, error.strerror)
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
libc.ptrace.restype = ctypes.c_long
ATTACH, DETACH, WALL = 16, 17, 0x40000000
if libc.ptrace(ATTACH, pid, None, None) == 0:
    os.waitpid(pid, WALL)
    libc.ptrace(DETACH, pid, None, None)
    print("ptrace", "open")
else:
    print("ptrace", os.strerror(ctypes.get_errno()))
"#;
    finish(unprivileged(world, "python3").args(["-c", script, pid])).succeeds()
}

#[test]
fn a_debugger_of_the_same_user_gets_nothing_at_the_question() {
    needs!("python3", "setpriv");
    let world = World::new();
    // Where the tests are built another user may not be able to look.
    let program = world.home().join("mfaexec");
    fs::copy(MFAEXEC, &program).unwrap();
    if nix::unistd::geteuid().is_root() {
        let home = world.home().to_str().unwrap();
        let owner = format!("{NOBODY}:{NOBODY}");
        finish(world.program("chown").args(["-R", &owner, home])).succeeds();
    }
    // The spy sees what there is to be seen, unless Yama keeps debuggers from all but children.
    let mut sleeper = unprivileged(&world, "sleep").arg("60").spawn().unwrap();
    eventually("sleep runs", || name_of(&sleeper) == "sleep");
    let seen = spied(&world, &sleeper.id().to_string());
    sleeper.kill().unwrap();
    sleeper.wait().unwrap();
    let yama = fs::read_to_string("/proc/sys/kernel/yama/ptrace_scope").unwrap_or("0".to_owned());
    let open = "environ open\nmem open\nmaps open\nfd/0 open\nptrace open\n";
    if yama.trim() == "0" {
        assert_eq!(seen, open);
    } else {
        has(&seen, &["environ open", "maps open"]);
    }

    let mut command = unprivileged(&world, program.to_str().unwrap());
    command.args(["-p", "testuser", "--", "true"]);
    let mut terminal = crate::harness::terminal(command);
    terminal.exp_string(QUESTION).unwrap();
    let seen = spied(&world, &asking(&world));
    assert!(!seen.contains("open"), "{seen}");
    assert_eq!(seen.lines().count(), 5, "{seen}");
    terminal.send_control('c').unwrap();
    terminal.exp_eof().unwrap();
}
