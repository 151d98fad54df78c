//! A name that means something else: to mfaexec, to the file system, to an interactive shell.

use std::ffi::OsString;

use super::{CauseAndRemedy, Typed};
use crate::cli::foreign::foreign;
use crate::cli::meant::meant;
use crate::cli::option_words::has_option;
use crate::cli::subcommand::{Subcommand, definitions};
use crate::cli::tokens::{Token, Tokens};
use crate::edge::process::lookup::{self, File};
use crate::escape::{shell_line, shell_word};

/// What runs files with such names.
const INTERPRETERS: [(&str, &str); 5] = [
    (".sh", "sh"),
    (".bash", "bash"),
    (".py", "python3"),
    (".rb", "ruby"),
    (".js", "node"),
];
/// Aliases that systems come with.
const USUAL_ALIASES: [&str; 4] = ["l", "la", "ll", "lla"];

impl Typed {
    /// What mfaexec understands before the `--`.
    pub(super) fn of_mfaexec(&self, word: &str, command: &[String]) -> Option<CauseAndRemedy> {
        if self.known.is_profile(word) {
            let named = self.with_profile(word);
            let remedy = match &command[1..] {
                [] => named.shell(),
                rest => named.run(rest),
            };
            return Some((format!("{word} is a profile, which -p names"), remedy));
        }
        let is_option = word.starts_with('-') && {
            let all = Subcommand::ALL.into_iter().map(Some).chain([None]);
            all.into_iter()
                .any(|of| has_option(&definitions(), of, word))
        };
        let subcommand = Subcommand::of(word.as_ref());
        if !is_option && subcommand.is_none() && foreign(word).is_none() {
            return None;
        }
        let own =
            std::iter::once("mfaexec").chain(self.options.iter().flatten().map(String::as_str));
        let mut words: Vec<OsString> = own.map(OsString::from).collect();
        let begin = words.len();
        words.extend(command.iter().map(OsString::from));
        if is_option {
            // What follows the options is the command.
            let at = Tokens::new(&words, &definitions()).find_map(|token| match token {
                Token::Word(at) if at >= begin => Some(at),
                _ => None,
            });
            words.insert(at.unwrap_or(words.len()), "--".into());
        }
        let meant = meant(&words, &definitions(), &self.known)?;
        let cause = match (is_option, subcommand) {
            (true, _) => format!("{word} is an option of mfaexec, whose options are before --"),
            (_, Some(_)) => format!("{word} is a subcommand of mfaexec, which needs no --"),
            _ => meant.cause,
        };
        Some((cause, meant.remedy))
    }

    /// A file that is there, and no program.
    pub(super) fn file(&self, word: &str, rest: &[String]) -> Option<CauseAndRemedy> {
        let name = word.rsplit('/').next().unwrap_or(word);
        let is_path = word.contains('/');
        let path = match is_path {
            true => word.to_owned(),
            false => format!("./{word}"),
        };
        let reason = |cause: &str, remedy| Some((cause.to_owned(), remedy));
        match lookup::file(&path) {
            Some(File::Directory) if !is_path => None,
            Some(File::Directory) if self.is_program(name) => reason(
                "it is a directory; PATH has a program of that name",
                self.run_with(name, rest),
            ),
            Some(File::Directory) => reason(
                "it is a directory",
                format!("cd {} && {}", shell_word(word), self.shell()),
            ),
            Some(File::Program) => reason(
                "PATH has no such program, and the working directory is not searched",
                self.run_with(&path, rest),
            ),
            Some(File::NotExecutable {
                own: true,
                looks_like_program,
            }) if looks_like_program || path.ends_with(".sh") => reason(
                "the file has no x bit, so it may not be executed",
                format!(
                    "chmod +x {} && {}",
                    shell_word(&path),
                    self.run_with(&path, rest)
                ),
            ),
            Some(File::NotExecutable { .. }) => {
                let (_, interpreter) = INTERPRETERS.iter().find(|(end, _)| path.ends_with(end))?;
                let rest = std::iter::once(&path).chain(rest).map(String::as_str);
                let line = self.run(std::iter::once(*interpreter).chain(rest));
                reason("the file has no x bit; its interpreter can read it", line)
            }
            None if is_path && self.is_program(name) => reason(
                "there is no such file; PATH has a program of that name",
                self.run_with(name, rest),
            ),
            None => None,
        }
    }

    /// A program whose name is written otherwise.
    pub(super) fn other_name(&self, word: &str, rest: &[String]) -> Option<CauseAndRemedy> {
        let lower = word.to_lowercase();
        let right = match lower != word && self.is_program(&lower) {
            true => lower,
            false => lookup::similar_program(word)?,
        };
        let cause = "no directory of PATH has a program of that name".to_owned();
        Some((
            cause,
            format!("did you mean {right}? {}", self.run_with(&right, rest)),
        ))
    }

    /// What an interactive shell may know.
    pub(super) fn alias(&self, word: &str, command: &[String]) -> Option<CauseAndRemedy> {
        if word.contains('/') || word.starts_with('-') {
            return None;
        }
        let line = self.run_script(self.users_shell("-ic"), &shell_line(command));
        let cause = "no directory of PATH has a program of that name".to_owned();
        Some(match USUAL_ALIASES.contains(&word) {
            true => (
                format!("{cause}; aliases are known to interactive shells only"),
                line,
            ),
            false => {
                let alias = "if it is an alias or a function of your shell";
                (
                    cause,
                    format!("install it, or give its path; {alias}: {line}"),
                )
            }
        })
    }
}
