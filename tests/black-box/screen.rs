//! A terminal as a person sees it: tmux with one program on it. What is typed goes through a real
//! pseudo-terminal, and what can be read is what the screen shows, so that the line editors of all
//! shells, which move the cursor about and ask where it is, can be tested alike.

use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::harness::{World, eventually, finish};

/// A terminal.
pub(crate) struct Screen<'a> {
    world: &'a World,
    socket: PathBuf,
}

impl<'a> Screen<'a> {
    /// Starts a program, in the environment of `command`, on a terminal of its own.
    pub(crate) fn start(world: &'a World, command: &Command) -> Self {
        Self::sized(world, command, 120)
    }

    /// The same on a terminal of so many columns.
    pub(crate) fn sized(world: &'a World, command: &Command, columns: u32) -> Self {
        Self::of_size(world, command, (columns, 200))
    }

    /// The same on a terminal of so many columns and lines.
    pub(crate) fn of_size(
        world: &'a World,
        command: &Command,
        (columns, lines): (u32, u32),
    ) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let socket = world.home().join(format!("screen-{number}"));
        let this = Self { world, socket };
        let (columns, lines) = (columns.to_string(), lines.to_string());
        let mut tmux = this.tmux(&["new-session", "-d", "-x", &columns, "-y", &lines]);
        // The line of tmux itself would take one.
        tmux.arg("--");
        tmux.arg(command.get_program()).args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => tmux.env(name, value),
                None => tmux.env_remove(name),
            };
        }
        finish(&mut tmux).succeeds();
        this
    }

    fn tmux(&self, arguments: &[&str]) -> Command {
        let mut tmux = self.world.program("tmux");
        tmux.args(["-u", "-f", "/dev/null", "-S"])
            .arg(&self.socket)
            .args(arguments)
            .env("TERM", "xterm");
        tmux
    }

    /// Types a line.
    pub(crate) fn line(&self, line: &str) {
        finish(&mut self.tmux(&["send-keys", "-l", "--", line])).succeeds();
        self.key("Enter");
    }

    /// Presses a key by tmux's name for it: `C-c`, `Up`.
    pub(crate) fn key(&self, key: &str) {
        finish(&mut self.tmux(&["send-keys", key])).succeeds();
    }

    /// What the screen shows, without the empty rest of it.
    pub(crate) fn text(&self) -> String {
        let text = finish(&mut self.tmux(&["capture-pane", "-p", "-J"]));
        let lines: Vec<_> = text.stdout.trim_end().lines().map(str::trim_end).collect();
        lines.join("\n")
    }

    /// The same with colours, as escape sequences.
    pub(crate) fn coloured(&self) -> String {
        finish(&mut self.tmux(&["capture-pane", "-p", "-e"])).stdout
    }

    /// The screen and all that was scrolled out of it.
    pub(crate) fn with_history(&self) -> String {
        finish(&mut self.tmux(&["capture-pane", "-p", "-J", "-S", "-"])).stdout
    }

    /// Waits until a program of that name has the terminal.
    #[track_caller]
    pub(crate) fn in_front(&self, name: &str) {
        let format = "#{pane_current_command}";
        eventually(name, || {
            let front = finish(&mut self.tmux(&["display-message", "-p", format]));
            front.stdout.trim() == name
        });
    }

    /// Waits until the last line of the screen is this one.
    #[track_caller]
    pub(crate) fn ends_with(&self, line: &str) {
        self.wait_for(&format!("{line:?} at its end"), |text| {
            last_line(text) == line.trim_end()
        });
    }

    /// Waits until the screen shows this somewhere.
    #[track_caller]
    pub(crate) fn shows(&self, part: &str) {
        self.wait_for(&format!("{part:?}"), |text| text.contains(part));
    }

    /// Waits until the last line has this at its beginning and its end.
    #[track_caller]
    pub(crate) fn is_at(&self, beginning: &str, end: &str) -> String {
        let text = self.wait_for(&format!("{beginning:?}…{end:?} at its end"), |text| {
            let last = last_line(text);
            last.starts_with(beginning) && last.ends_with(end.trim_end())
        });
        last_line(&text).to_owned()
    }

    /// Types a line at a prompt that ends like this, and waits for the next one: what is between.
    #[track_caller]
    pub(crate) fn run(&self, line: &str, prompt: &str) -> String {
        self.is_at("", prompt);
        let before = self.text().lines().count();
        self.line(line);
        let text = self.wait_for(&format!("the prompt after {line:?}"), |text| {
            text.lines().count() > before && last_line(text).ends_with(prompt.trim_end())
        });
        let lines: Vec<&str> = text.lines().skip(before).collect();
        lines[..lines.len() - 1].join("\n").trim().to_owned()
    }

    #[track_caller]
    fn wait_for(&self, what: &str, is_there: impl Fn(&str) -> bool) -> String {
        for _ in 0..600 {
            let text = self.text();
            if is_there(&text) {
                return text;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("the screen does not show {what}:\n{}", self.text());
    }
}

fn last_line(text: &str) -> &str {
    text.lines().next_back().unwrap_or_default().trim_end()
}

impl Drop for Screen<'_> {
    fn drop(&mut self) {
        let _gone_already = self.tmux(&["kill-server"]).output();
    }
}
