//! The real programs: pinentry-curses and pinentry-tty on a pseudo-terminal, zenity on a display of
//! its own, where xdotool types.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use nix::sys::termios::{LocalFlags, tcgetattr};
use rexpect::session::PtySession;

use crate::dialogs::{RUN, detached, wrong};
use crate::harness::{World, eventually, finish, has, kill};
use crate::prompt_signals::asking;
use crate::skipping::needs;

/// A pinentry of this name at its question.
fn at_pinentry(world: &World, name: &str) -> PtySession {
    let args = [&["--fresh", "--prompt", name], &RUN[..]].concat();
    let mut command = world.mfaexec(&args);
    command.env("TERM", "xterm").env("LANG", "C.UTF-8");
    let mut terminal = crate::harness::terminal(command);
    // The parts that a curses program may draw in any order, but draws in this one.
    for part in [
        "is needed to run echo",
        "testuser",
        "123456789012",
        "MFA code:",
    ] {
        terminal.exp_string(part).unwrap();
    }
    terminal
}

/// Types into the dialog. curses wants a carriage return, as a keyboard sends it.
fn type_in(terminal: &mut PtySession, text: &str) {
    terminal.send(&format!("{text}\r")).unwrap();
    terminal.flush().unwrap();
}

#[track_caller]
fn pinentry_asks_until_the_code_is_right(name: &str) {
    let world = World::new();
    let right = world.code();
    let mut terminal = at_pinentry(&world, name);
    type_in(&mut terminal, &wrong(&right));
    terminal.exp_string("STS did not accept").unwrap();
    // However narrow the terminal: the seconds until the next code come last.
    terminal.exp_regex("[0-9]+ s[^a-z]").unwrap();
    terminal.exp_string("MFA code:").unwrap();
    type_in(&mut terminal, &wrong(&right));
    terminal.exp_string("was used already").unwrap();
    terminal.exp_string("MFA code:").unwrap();
    type_in(&mut terminal, &right);
    let rest = terminal.exp_eof().unwrap();
    assert!(rest.contains("done") && !rest.contains(&right), "{rest:?}");
    assert_eq!(world.code_calls().len(), 2);
}

#[test]
fn pinentry_curses_asks_until_the_code_is_right() {
    needs!("pinentry-curses");
    pinentry_asks_until_the_code_is_right("pinentry-curses");
}

#[test]
fn pinentry_tty_asks_until_the_code_is_right() {
    needs!("pinentry-tty");
    pinentry_asks_until_the_code_is_right("pinentry-tty");
}

#[test]
fn pinentry_curses_can_be_cancelled() {
    needs!("pinentry-curses");
    let world = World::new();
    let mut terminal = at_pinentry(&world, "pinentry-curses");
    // From the line to OK, from there to Cancel.
    terminal.send("\t\t\r").unwrap();
    terminal.flush().unwrap();
    let rest = terminal.exp_eof().unwrap();
    has(
        &rest,
        &[
            "no code was given",
            "the question of pinentry-curses was cancelled",
        ],
    );
    assert!(!rest.contains("done") && world.code_calls().is_empty());
}

/// The terminal's modes are as they were, whatever ends the question.
#[test]
fn a_signal_takes_a_pinentry_on_the_terminal_away() {
    needs!("pinentry-curses", "pinentry-tty");
    for (name, signal, status) in [
        ("pinentry-curses", Some("TERM"), 143),
        ("pinentry-tty", Some("TERM"), 143),
        ("pinentry-curses", None, 130),
        ("pinentry-tty", None, 130),
    ] {
        let world = World::new();
        let mut shell = world.program("/bin/sh");
        let script = format!(
            "trap : INT; stty echo; echo begun; read -r line
             mfaexec -p testuser --prompt {name} -- true; echo over-$?; read -r line"
        );
        shell
            .args(["-c", &script])
            .env("TERM", "xterm")
            .env("LANG", "C.UTF-8");
        let mut shell = crate::harness::terminal(shell);
        shell.exp_string("begun").unwrap();
        let end = shell.process().get_file_handle().unwrap();
        let before = tcgetattr(&end).unwrap();
        shell.send_line("").unwrap();
        shell.exp_string("MFA code:").unwrap();
        eventually("the echo is off", || {
            !tcgetattr(&end)
                .unwrap()
                .local_flags
                .contains(LocalFlags::ECHO)
        });
        match signal {
            Some(signal) => kill(signal, &asking(&world)),
            None => shell.send_control('c').unwrap(),
        }
        shell.exp_string(&format!("over-{status}")).unwrap();
        assert_eq!(tcgetattr(&end).unwrap(), before, "{name}");
        shell.send_line("").unwrap();
        shell.exp_eof().unwrap();
        assert!(world.code_calls().is_empty());
    }
}

/// A display of its own.
pub(crate) struct Display {
    server: Child,
    pub(crate) name: String,
}

impl Display {
    pub(crate) fn new(world: &World) -> Self {
        let mut command = world.program("Xvfb");
        command.args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            "800x600x24",
            "-nolisten",
            "tcp",
        ]);
        let command = command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server = command.spawn().unwrap();
        // It says its number when it is ready.
        let mut number = String::new();
        let mut stdout = BufReader::new(server.stdout.take().unwrap());
        stdout.read_line(&mut number).unwrap();
        let name = format!(":{}", number.trim());
        Self { server, name }
    }

    fn xdotool(&self, world: &World) -> Command {
        let mut command = world.program("xdotool");
        command.env("DISPLAY", &self.name);
        command
    }

    /// Waits for mfaexec's window, gives it the keyboard, as no window manager is there to do so, and
    /// types.
    fn types(&self, world: &World, text: &str, last: &str) {
        self.types_into("^mfaexec$", world, text, last);
    }

    /// The same for a window of this name.
    pub(crate) fn types_into(&self, name: &str, world: &World, text: &str, last: &str) {
        let mut command = self.xdotool(world);
        command.args(["search", "--sync", "--onlyvisible", "--name", name]);
        finish(command.args(["windowfocus", "--sync"])).succeeds();
        // By the keyboard's way: a window that closes at a key cannot be sent the rest of it.
        let keys = text.chars().map(String::from);
        let mut command = self.xdotool(world);
        let command = command.arg("key").args(keys).args(last.split_whitespace());
        finish(command).succeeds();
    }

    fn has_window(&self, world: &World) -> bool {
        self.shows("^mfaexec$", world)
    }

    /// Waits for a window of this name.
    pub(crate) fn waits_for(&self, name: &str, world: &World) {
        let mut command = self.xdotool(world);
        finish(command.args(["search", "--sync", "--onlyvisible", "--name", name])).succeeds();
    }

    /// Whether there is a window of this name.
    pub(crate) fn shows(&self, name: &str, world: &World) -> bool {
        let mut command = self.xdotool(world);
        let said = finish(command.args(["search", "--onlyvisible", "--name", name]));
        !said.stdout.trim().is_empty()
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _gone = self.server.kill();
        let _gone = self.server.wait();
    }
}

/// mfaexec in a session without a terminal, on this display. `pinentry` is none that opens windows.
fn on_display(world: &World, display: &Display) -> Child {
    crate::dialogs::stand_in(world, "pinentry", "exec pinentry-curses");
    let mut command = detached(world, &[&["--fresh"], &RUN[..]].concat());
    let command = command.env("DISPLAY", &display.name).env("LANG", "C.UTF-8");
    let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

#[test]
fn zenity_asks_until_the_code_is_right() {
    needs!("zenity", "Xvfb", "xdotool", "setsid", "pinentry-curses");
    let world = World::new();
    let display = Display::new(&world);
    let child = on_display(&world, &display);
    let right = world.code();
    display.types(&world, &wrong(&right), "Return");
    eventually("the wrong code is refused", || {
        world.code_calls().len() == 1
    });
    display.types(&world, &right, "Return");
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "done\n",
        "{output:?}"
    );
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "",
        "nothing of Gtk's"
    );
    assert_eq!(world.code_calls().len(), 2);
}

#[test]
fn zenity_can_be_cancelled() {
    needs!("zenity", "Xvfb", "xdotool", "setsid", "pinentry-curses");
    let world = World::new();
    let display = Display::new(&world);
    let child = on_display(&world, &display);
    display.types(&world, "", "Escape");
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    has(
        &stderr,
        &["no code was given", "the question of zenity was cancelled"],
    );
    assert_eq!(output.status.code(), Some(125));
    assert!(world.code_calls().is_empty() && !display.has_window(&world));
}

#[test]
fn a_signal_takes_zenity_away() {
    needs!("zenity", "Xvfb", "xdotool", "setsid", "pinentry-curses");
    let world = World::new();
    let display = Display::new(&world);
    let child = on_display(&world, &display);
    display.types(&world, "123", "");
    kill("TERM", &asking(&world));
    let output = child.wait_with_output().unwrap();
    assert!(
        output.stdout.is_empty() && output.stderr.is_empty(),
        "{output:?}"
    );
    assert!(!display.has_window(&world));
}

/// zenity says the same of a display that is not there and of a person who does not want to answer,
/// except for its words.
#[test]
fn zenity_without_its_display_is_no_cancelled_question() {
    needs!("zenity", "setsid");
    let world = World::new();
    let args = [&["--prompt", "zenity"], &RUN[..]].concat();
    let mut command = detached(&world, &args);
    let error = finish(command.env("DISPLAY", ":nonexistent")).fails(125);
    has(
        &error,
        &[
            "mfaexec cannot ask for it",
            "zenity: ",
            "open display",
            "mfaexec login -p testuser",
        ],
    );
}
