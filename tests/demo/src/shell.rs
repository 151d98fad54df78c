//! The shell that the demo types into, on a pseudo-terminal of its own.

use std::process::{Command, Stdio};

use rexpect::process::Signal;
use rexpect::session::{PtySession, spawn_command};

use crate::failure::{Failure, Result};

/// An answer comes within this time, in milliseconds, even on a busy machine.
const PATIENCE: u64 = 60_000;
/// The prompt, as the shell is told it and as it comes out: with the last exit code.
const PS1: &str = "[demo $?] ";
const PROMPT: &str = r"\[demo \d+\] ";

/// A shell at its prompt, or running what was typed last.
pub(crate) struct Shell {
    terminal: PtySession,
}

/// What a command came to.
pub(crate) struct Finished {
    pub(crate) output: String,
    pub(crate) code: u32,
}

impl Shell {
    /// Starts `command`, an interactive POSIX shell, and waits until it listens.
    pub(crate) fn start(mut command: Command) -> Result<Shell> {
        command
            .env("PS1", PS1)
            // One that can show a QR code; what else is shown comes without colours.
            .env("TERM", "xterm")
            .env("NO_COLOR", "1")
            // The terminal's, which spawn_command puts there.
            .stdin(Stdio::inherit());
        let terminal = spawn_command(command, Some(PATIENCE))?;
        let mut shell = Shell { terminal };
        shell.finished()?;
        // Typing shows, as it does on a person's terminal: what is hidden is hidden by the
        // program that asks. The shell's own line editor would redraw the lines.
        shell
            .terminal
            .send_line("set +o emacs +o vi 2>/dev/null; stty echo")?;
        shell.finished()?;
        Ok(shell)
    }

    /// Types a command line.
    pub(crate) fn type_in(&mut self, line: &str) -> Result<()> {
        self.terminal.send_line(line)?;
        self.terminal.exp_string(line)?;
        self.terminal.exp_string("\n")?;
        Ok(())
    }

    /// Types the answer to a question that hides it.
    pub(crate) fn answer(&mut self, answer: &str) -> Result<()> {
        self.terminal.send_line(answer)?;
        Ok(())
    }

    /// Waits for text that fits `expression`; what came before it, and the text. If the command
    /// ends without, that is a failure.
    pub(crate) fn wait_for(&mut self, expression: &str) -> Result<(String, String)> {
        let (before, found) = self
            .terminal
            .exp_regex(&format!("(?:{expression})|(?:{PROMPT})"))?;
        if found.starts_with("[demo ") {
            let before = plain(&before);
            return Err(Failure::new(format!(
                "the command ended without {expression:?}, and said:\n{before}"
            )));
        }
        Ok((plain(&before), found))
    }

    /// Waits for the end of what runs.
    pub(crate) fn finished(&mut self) -> Result<Finished> {
        let (output, prompt) = self.terminal.exp_regex(PROMPT)?;
        let code = prompt.chars().filter(char::is_ascii_digit);
        Ok(Finished {
            output: plain(&output),
            code: code.collect::<String>().parse().unwrap_or(u32::MAX),
        })
    }
}

impl Drop for Shell {
    /// Ends the shell and whatever still runs in it, as a terminal does that is closed.
    fn drop(&mut self) {
        let process = self.terminal.process_mut();
        process.set_kill_timeout(Some(1_000));
        // It may be gone already.
        let _ = process.kill(Signal::SIGHUP);
    }
}

/// A terminal ends its lines with two characters.
fn plain(text: &str) -> String {
    text.replace("\r\n", "\n")
}
