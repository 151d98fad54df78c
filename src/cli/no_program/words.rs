//! What only a shell understands: assignments, lines in one word, words of its own.

use super::builtins::{Builtin, builtin};
use super::{CauseAndRemedy, Typed};
use crate::edge::process::lookup;
use crate::escape::{is_unseen, shell_line, shell_word};

/// What only a shell understands.
const SYNTAX: &str = "|&;<>()`$*?~\n";
/// What documentation shows in front of a command.
const PROMPT_SIGNS: [&str; 4] = ["$", "%", "#", ">"];
/// Variables that name a profile, which a run would lose its session to.
const PROFILE_VARIABLES: [&str; 2] = ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"];

impl Typed {
    /// Words and blanks that have come along.
    pub(super) fn superfluous(&self, word: &str, rest: &[String]) -> Option<CauseAndRemedy> {
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
    pub(super) fn assignment(&self, command: &[String]) -> Option<CauseAndRemedy> {
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
    pub(super) fn whole_line(&self, word: &str, rest: &[String]) -> Option<CauseAndRemedy> {
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
    pub(super) fn path_for_shell(&self, word: &str, rest: &[String]) -> Option<CauseAndRemedy> {
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
    pub(super) fn of_shell(&self, word: &str, rest: &[String]) -> Option<CauseAndRemedy> {
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
