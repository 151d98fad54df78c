//! A command that is no program: what it is instead, and the line that runs what was meant, with the
//! profile and the options that were typed. Exit codes stay those of env(1).

use std::ffi::OsString;

use super::known::Known;
use super::option_words::{is_named, options_to_repeat};
use super::subcommand::definitions;
use crate::edge::process::exec;
use crate::error::Error;
use crate::escape::{shell_line, shell_word};
use crate::model::child::shell::Shell;
use crate::model::environment::Environment;

mod builtins;
mod names;
mod words;

/// Cause and remedy.
type CauseAndRemedy = (String, String);

/// The error about a command that cannot be run, with more to say if that is known. The command is the
/// last `count` of the words that were typed.
pub(super) fn explained(error: Error, words: &[OsString], count: usize) -> Error {
    let Some(at) = words.len().checked_sub(count).filter(|_| count > 0) else {
        return error;
    };
    // Where the program is there, another thing is wrong, and the error says what.
    if !error.is_about_command() || exec::check_command(&words[at]).is_ok() {
        return error;
    }
    let typed = Typed {
        options: options_to_repeat(&words[..at], &definitions()),
        known: Known::read(),
        env: exec::environment(),
    };
    let command = words[at..]
        .iter()
        .map(|word| word.to_string_lossy().into_owned());
    match typed.reason(&command.collect::<Vec<_>>()) {
        Some((cause, remedy)) => error.because(&cause, &remedy),
        None => error,
    }
}

/// What was typed before the command, and what there is on the machine.
#[derive(Clone)]
struct Typed {
    options: Vec<Vec<String>>,
    known: Known,
    env: Environment,
}

impl Typed {
    /// What the command is that is no program.
    fn reason(&self, command: &[String]) -> Option<CauseAndRemedy> {
        let (word, rest) = command.split_first()?;
        None.or_else(|| self.superfluous(word, rest))
            .or_else(|| self.assignment(command))
            .or_else(|| self.whole_line(word, rest))
            .or_else(|| self.path_for_shell(word, rest))
            .or_else(|| self.of_shell(word, rest))
            .or_else(|| self.of_mfaexec(word, command))
            .or_else(|| self.file(word, rest))
            .or_else(|| self.other_name(word, rest))
            .or_else(|| self.alias(word, command))
    }

    fn is_program(&self, word: &str) -> bool {
        (self.known.is_program)(word)
    }

    /// The line that runs `command`.
    fn run<W: AsRef<str>>(&self, command: impl IntoIterator<Item = W>) -> String {
        self.run_as_it_is(&shell_line(command))
    }

    /// The same for a command that is quoted already.
    fn run_as_it_is(&self, command: &str) -> String {
        format!("{} -- {command}", self.mfaexec(""))
    }

    fn mfaexec(&self, subcommand: &str) -> String {
        let words = ["mfaexec", subcommand]
            .into_iter()
            .filter(|word| !word.is_empty());
        shell_line(words.chain(self.options.iter().flatten().map(String::as_str)))
    }

    fn with_profile(&self, name: &str) -> Self {
        let mut changed = self.clone();
        changed
            .options
            .retain(|option| !is_named(option, "--profile", 'p'));
        changed.options.push(vec!["-p".to_owned(), name.to_owned()]);
        changed
    }

    fn shell(&self) -> String {
        self.mfaexec("shell")
    }

    fn run_with<'a>(&self, first: &'a str, rest: &'a [String]) -> String {
        self.run(std::iter::once(first).chain(rest.iter().map(String::as_str)))
    }

    /// A script as one word, which is easier to tell from the rest in quotes.
    fn run_script(&self, shell: &str, script: &str) -> String {
        let script = match shell_word(script) {
            word if word == script => format!("'{script}'"),
            word => word,
        };
        self.run_as_it_is(&format!("{shell} {script}"))
    }

    fn users_shell(&self, option: &str) -> &'static str {
        let shell = self.env.get("SHELL").and_then(Shell::of_program);
        match (shell, option) {
            (Some(Shell::Zsh), "-c") => "zsh -c",
            (Some(Shell::Zsh), _) => "zsh -ic",
            (Some(Shell::Fish), "-c") => "fish -c",
            (Some(Shell::Fish), _) => "fish -ic",
            (_, "-c") => "bash -c",
            _ => "bash -ic",
        }
    }
}
