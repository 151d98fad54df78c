//! X24, X25: however the question ends, the terminal's modes are what they were. They are read
//! from the other end of the terminal: an interactive shell would put them right by itself after a
//! job that a signal has ended or stopped, and no one would see what mfaexec left.

use std::fs::File;

use nix::sys::termios::{LocalFlags, Termios, tcgetattr};
use rexpect::session::PtySession;

use crate::harness::{World, kill, terminal};
use crate::prompt_signals::{QUESTION, asking};

/// A question on the terminal of a shell that survives what ends mfaexec and never touches the
/// modes itself.
struct Asked {
    shell: PtySession,
    end: File,
    before: Termios,
}

impl Asked {
    /// The shell prints `over-`, and mfaexec's status, when that is gone or stopped; then it waits
    /// for a line and runs `then`.
    fn new(world: &World, begin: &str, then: &str) -> Self {
        let mut shell = world.program("/bin/sh");
        let script = format!(
            "{begin}; stty echo; echo begun; read -r line
             mfaexec -p testuser -- true; echo over-$?; read -r line
             {then}"
        );
        shell.args(["-c", &script]);
        let mut shell = terminal(shell);
        shell.exp_string("begun").unwrap();
        let end = shell.process().get_file_handle().unwrap();
        let before = tcgetattr(&end).unwrap();
        assert!(before.local_flags.contains(seen()));
        let mut asked = Self { shell, end, before };
        asked.shell.send_line("").unwrap();
        asked.is_hidden();
        asked
    }

    /// The question is open, and what is typed cannot be seen.
    #[track_caller]
    fn is_hidden(&mut self) {
        self.shell.exp_string(QUESTION).unwrap();
        let modes = tcgetattr(&self.end).unwrap();
        assert!(!modes.local_flags.contains(LocalFlags::ECHO));
    }

    /// mfaexec has gone or stopped with this status, and every mode is as it was.
    #[track_caller]
    fn leaves_as_before(&mut self, status: i32) {
        self.shell.exp_string(&format!("over-{status}")).unwrap();
        assert_eq!(tcgetattr(&self.end).unwrap(), self.before);
    }

    fn end(mut self) {
        self.shell.send_line("").unwrap();
        self.shell.exp_eof().unwrap();
    }
}

/// What is typed can be seen, and comes in lines.
fn seen() -> LocalFlags {
    LocalFlags::ECHO | LocalFlags::ICANON | LocalFlags::ISIG
}

/// Signals go to the shell, too, where they come from the keyboard.
const SURVIVES: &str = "trap : INT QUIT";

#[test]
fn x24_after_an_answer() {
    let world = World::new();
    let mut asked = Asked::new(&world, SURVIVES, "");
    asked.shell.send_line(&world.code()).unwrap();
    asked.leaves_as_before(0);
    asked.end();
}

#[test]
fn x24_after_the_end_of_input() {
    let world = World::new();
    let mut asked = Asked::new(&world, SURVIVES, "");
    asked.shell.send_control('d').unwrap();
    asked.leaves_as_before(125);
    asked.end();
}

#[test]
fn x24_after_signals_from_the_keyboard() {
    for (key, status) in [('c', 130), ('\\', 131)] {
        let world = World::new();
        let mut asked = Asked::new(&world, SURVIVES, "");
        asked.shell.send_control(key).unwrap();
        asked.leaves_as_before(status);
        asked.end();
    }
}

#[test]
fn x24_after_signals_from_elsewhere() {
    let signals = [("HUP", 129), ("INT", 130), ("TERM", 143), ("USR1", 138)];
    for (signal, status) in signals {
        let world = World::new();
        let mut asked = Asked::new(&world, SURVIVES, "");
        kill(signal, &asking(&world));
        asked.leaves_as_before(status);
        asked.end();
    }
}

/// systemd sends SIGCONT right behind SIGTERM.
#[test]
fn x24_after_a_signal_that_ends_it_and_one_that_continues_it() {
    for (signal, status) in [("TERM", 143), ("HUP", 129), ("INT", 130)] {
        let world = World::new();
        let mut asked = Asked::new(&world, SURVIVES, "");
        let pid = asking(&world);
        // It sees both at once, the lower number first.
        kill("STOP", &pid);
        kill(signal, &pid);
        kill("CONT", &pid);
        asked.leaves_as_before(status);
        asked.end();
    }
}

#[test]
fn x25_after_a_stop_and_after_the_answer_that_follows() {
    let world = World::new();
    // With jobs of its own (set -m) a shell that is not interactive leaves the modes alone.
    let mut asked = Asked::new(&world, "set -m", "fg; echo over-$?; read -r line");
    asked.shell.send_control('z').unwrap();
    asked.leaves_as_before(148);
    asked.shell.send_line("").unwrap();
    asked.is_hidden();
    asked.shell.send_line(&world.code()).unwrap();
    asked.leaves_as_before(0);
    asked.end();
}
