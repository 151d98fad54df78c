//! A command that is no program: what it is instead, and the line that runs what was meant, with the
//! profile and the options that were typed. Exit codes stay those of env(1).

use std::ffi::OsString;

use super::args::{Subcommand, definitions};
use super::builtins::{Builtin, builtin};
use super::foreign::foreign;
use super::meant::{Known, has_option, is_named, meant, options_to_repeat};
use super::tokens::{Token, Tokens};
use crate::edge::process::lookup::File;
use crate::edge::process::{exec, lookup};
use crate::error::Error;
use crate::escape::{is_unseen, shell_line, shell_word};
use crate::model::child::shell::Shell;
use crate::model::environment::Environment;

/// What only a shell understands.
const SYNTAX: &str = "|&;<>()`$*?~\n";
/// What documentation shows in front of a command.
const PROMPT_SIGNS: [&str; 4] = ["$", "%", "#", ">"];
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
/// Variables that name a profile, which a run would lose its session to.
const PROFILE_VARIABLES: [&str; 2] = ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"];

/// Cause and remedy.
type Reason = (String, String);

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
    fn reason(&self, command: &[String]) -> Option<Reason> {
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

    /// Words and blanks that have come along.
    fn superfluous(&self, word: &str, rest: &[String]) -> Option<Reason> {
        let next_is_program = rest.first().is_some_and(|next| self.is_program(next));
        let sign = PROMPT_SIGNS.contains(&word);
        if word == "--" && !rest.is_empty() || next_is_program && (sign || word.trim().is_empty()) {
            let cause = match word.trim() {
                "" => "its first word is empty",
                "--" => "there is one -- too many",
                _ => "it begins with the sign of a prompt",
            };
            return Some((cause.to_owned(), self.run(rest)));
        }
        if word.trim().is_empty() {
            let cause = "its name is empty; a variable for it may not be set";
            return Some((cause.to_owned(), self.run(["COMMAND"])));
        }
        let trimmed = word.trim_matches(|c: char| c.is_whitespace() || is_unseen(c));
        (trimmed != word && self.is_program(trimmed)).then(|| {
            let cause = "blanks around the name count as part of it";
            (cause.to_owned(), self.run_with(trimmed, rest))
        })
    }

    /// `FOO=BAR aws s3 ls`
    fn assignment(&self, command: &[String]) -> Option<Reason> {
        let count = command
            .iter()
            .take_while(|word| is_assignment(word))
            .count();
        let (assignments, rest) = command.split_at(count);
        let (first, others) = assignments.split_first()?;
        // `'FOO=BAR aws s3 ls'` is a whole line.
        let mut inside = first.split_whitespace().skip(1);
        if others.is_empty() && rest.is_empty() && inside.any(|word| self.is_program(word)) {
            return None;
        }
        let name = |word: &&String| word.split('=').next().unwrap_or_default().to_owned();
        let (profiles, assignments): (Vec<&String>, Vec<&String>) = assignments
            .iter()
            .partition(|word| PROFILE_VARIABLES.contains(&&*name(word)));
        let cause = match profiles.is_empty() {
            true => format!(
                "{} is an assignment, which a shell or env makes",
                name(&first)
            ),
            false => "-p names the profile; its variable would hide the session".to_owned(),
        };
        let last = profiles.last().and_then(|profile| profile.split_once('='));
        let with_profile = match last {
            Some((_, name)) => self.with_profile(name),
            None => self.clone(),
        };
        let remedy = match (&assignments[..], rest) {
            ([], []) => with_profile.shell(),
            ([], rest) => with_profile.run(rest),
            (assignments, []) => format!("{} {}", shell_line(assignments), with_profile.shell()),
            (assignments, rest) => {
                let assignments = assignments.iter().map(|word| word.as_str());
                let env = std::iter::once("env").chain(assignments);
                with_profile.run(env.chain(rest.iter().map(String::as_str)))
            }
        };
        Some((cause, remedy))
    }

    /// `'aws s3 ls'`, `'aws s3 ls | head'`
    fn whole_line(&self, word: &str, rest: &[String]) -> Option<Reason> {
        let is_line = word.contains(char::is_whitespace) && lookup::file(word).is_none();
        let operators = word.contains(['|', '&', ';', '<', '>', '`', '(']);
        if !is_line && !operators {
            return None;
        }
        if word.contains(|c| SYNTAX.contains(c)) {
            let script = std::iter::once(word).chain(rest.iter().map(String::as_str));
            let script = script.collect::<Vec<_>>().join(" ");
            let cause = "it is a line that only a shell understands";
            return Some((cause.to_owned(), self.run_script("sh -c", &script)));
        }
        let mut command = shlex::split(word)?;
        command.extend_from_slice(rest);
        if self.is_program(command.first()?) {
            let cause = "the whole line is one word: leave the quotes out";
            return Some((cause.to_owned(), self.run(&command)));
        }
        let (cause, remedy) = self.reason(&command)?;
        Some((format!("the whole line is one word; {cause}"), remedy))
    }

    /// `'~/bin/x'`, `'$HOME/bin/x'`: a shell replaces the beginning, unless it is in quotes.
    fn path_for_shell(&self, word: &str, rest: &[String]) -> Option<Reason> {
        let (begin, path) = word.split_once('/')?;
        if word.contains(['*', '?']) {
            let line = [word].into_iter().chain(rest.iter().map(String::as_str));
            let script = line.collect::<Vec<_>>().join(" ");
            let cause = "only a shell replaces * and ?, and not in quotes".to_owned();
            return Some((cause, self.run_script("sh -c", &script)));
        }
        let path = shell_word(path);
        let first = match begin.strip_prefix('$') {
            Some(name) if is_name(name.trim_matches(['{', '}'])) => format!("\"{begin}\"/{path}"),
            None if begin.starts_with('~') => format!("{begin}/{path}"),
            _ => return None,
        };
        let rest = rest.iter().map(|word| shell_word(word));
        let command: Vec<String> = std::iter::once(first).chain(rest).collect();
        let cause = format!("only a shell replaces {begin}, and not in quotes");
        Some((cause, self.run_as_it_is(&command.join(" "))))
    }

    /// A word that a shell does not look for in PATH.
    fn of_shell(&self, word: &str, rest: &[String]) -> Option<Reason> {
        let script = || shell_line(std::iter::once(word).chain(rest.iter().map(String::as_str)));
        let raw = || format!("{word} {}", rest.join(" "));
        let remedy = match (builtin(word)?, rest) {
            (Builtin::Prefix, [_, ..]) => self.run(rest),
            (Builtin::Time, [_, ..]) => format!("time {}", self.run(rest)),
            (Builtin::Directory, [directory]) => {
                format!("cd {} && {}", shell_word(directory), self.shell())
            }
            (Builtin::Variables, [_, ..]) if rest.iter().all(|word| is_assignment(word)) => {
                format!("{} {}", shell_line(rest), self.shell())
            }
            (Builtin::Source, [_, ..]) => self.run_script(self.users_shell("-c"), &script()),
            (Builtin::Keyword, _) => self.run_script("bash -c", raw().trim_end()),
            (Builtin::Script, [_, ..]) => self.run_script("sh -c", &rest.join(" ")),
            (Builtin::Other, _) => self.run_script("sh -c", &script()),
            _ => self.shell(),
        };
        Some((
            format!("{word} is a word of the shell, not a program"),
            remedy,
        ))
    }

    /// What mfaexec understands before the `--`.
    fn of_mfaexec(&self, word: &str, command: &[String]) -> Option<Reason> {
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
    fn file(&self, word: &str, rest: &[String]) -> Option<Reason> {
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
    fn other_name(&self, word: &str, rest: &[String]) -> Option<Reason> {
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
    fn alias(&self, word: &str, command: &[String]) -> Option<Reason> {
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

/// Whether a shell would take the word for an assignment; `env` takes more names than a shell.
fn is_assignment(word: &str) -> bool {
    let name = word.split_once('=').map(|(name, _)| name);
    name.is_some_and(|name| {
        !name.is_empty()
            && !name.contains('/')
            && !name.starts_with('-')
            && !name.contains(char::is_whitespace)
    })
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}
