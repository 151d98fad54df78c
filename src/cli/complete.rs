//! Completion of mfaexec's own command line. The scripts of `completions/` ask the program itself,
//! so that what they offer are always the words of this version and the profiles of this moment.
//!
//! The environment variable MFAEXEC_COMPLETE names the shell. After `--` follow the words up to the
//! cursor, the last one being the word to complete, and the candidates are printed, one a line, with a
//! tab before what they mean. What comes after the command line's own `--` never gets here: the scripts
//! leave it to the command's completion.
//!
//! Not clap_complete's own scripts, because they fall for a profile name with a blank or a colon,
//! and because it doesn't promise that they work with the next version of the program.

use std::ffi::OsString;

use clap::Command;
use clap_complete::engine::{self, CompletionCandidate};

use super::subcommand::{Subcommand, definitions};
use super::tokens::{Token, Tokens};
use crate::edge::output;
use crate::edge::process::exec;
use crate::error::{Error, Result};
use crate::escape::printable;
use crate::model::environment::Environment;
use crate::model::packaged::CompletedShell;

mod profiles;
mod values;

/// The variable that turns a call into a question of a completion script. Not COMPLETE, which other
/// programs use, and which people may have set for one of them.
const VARIABLE: &str = "MFAEXEC_COMPLETE";

/// Answers if this call is a question for completions.
pub(super) fn answer(args: &[OsString]) -> Option<Result<()>> {
    // A run pays for one look, not for the environment as a list.
    std::env::var_os(VARIABLE)?;
    let env = exec::environment();
    let shell = env.text(VARIABLE).filter(|shell| shell != "0")?;
    let asks = CompletedShell::ALL
        .iter()
        .any(|known| known.name() == shell);
    match args {
        [_, dashes, words @ ..] if asks && dashes == "--" && !words.is_empty() => {
            let lines = offered(words, &env).iter().map(line).collect::<String>();
            Some(output::print(&lines))
        }
        _ => Some(Err(Error::new(
            "there is nothing to complete",
            format!("{VARIABLE} is {shell}, and only a completion script sets it, for a moment"),
            format!("unset {VARIABLE}; mfaexec completions bash"),
        ))),
    }
}

/// What can be in the place of the last word.
fn offered(words: &[OsString], env: &Environment) -> Vec<CompletionCandidate> {
    let Some((word, before)) = words.split_last() else {
        return Vec::new();
    };
    let mut definitions = values::with_values(definitions(), env);
    let before = in_order(before, &definitions);
    let here = std::env::current_dir().ok();
    let mut complete = |word: &str| {
        let words = [&before[..], &[word.into()]].concat();
        let found = engine::complete(&mut definitions, words, before.len(), here.as_deref());
        // A question in the middle of a line is no place for an error.
        let mut found = found.unwrap_or_default();
        found.retain(can_be_shown);
        found
    };
    match word.to_str() {
        Some("") => {
            let mut found = complete("");
            found.retain(|candidate| !value(candidate).starts_with('-'));
            // Where a subcommand could follow, the command could begin.
            if found.iter().any(is_subcommand) {
                found.push(CompletionCandidate::new("--").help(Some("The command to run".into())));
            }
            found
        }
        // The engine has one name for each option.
        Some("-") => {
            let mut found = complete("--");
            let short = complete("-").into_iter();
            found.extend(short.filter(|candidate| value(candidate).len() == "-p".len()));
            found
        }
        Some(word) => complete(word),
        None => Vec::new(),
    }
}

/// The words before the one in question, as the engine takes them for what they are: the subcommand
/// first, and each value with its option, as a value may be called like a subcommand.
fn in_order(words: &[OsString], definitions: &Command) -> Vec<OsString> {
    let (mut subcommand, mut others) = (None, Vec::new());
    for token in Tokens::new(words, definitions) {
        match token {
            Token::Word(at) if subcommand.is_none() && Subcommand::of(&words[at]).is_some() => {
                subcommand = Some(words[at].clone());
            }
            // `help login`: what follows is a subcommand, as without it.
            Token::Word(at) if words[at] == "help" && subcommand.is_none() => {}
            Token::Word(at) => others.push(words[at].clone()),
            Token::Option(place) => match &words[place] {
                [option, value] if !value.is_empty() => {
                    let is_long = option.as_encoded_bytes().starts_with(b"--");
                    let mut joined = option.clone();
                    joined.push(if is_long { "=" } else { "" });
                    joined.push(value);
                    others.push(joined);
                }
                option => others.extend(option.iter().cloned()),
            },
        }
    }
    let program = words.first().cloned();
    program
        .into_iter()
        .chain(subcommand)
        .chain(others)
        .collect()
}

/// The answer has a line for each, and not every shell escapes what it shows: a name that looks like
/// another one, or moves the cursor, is not offered.
fn can_be_shown(candidate: &CompletionCandidate) -> bool {
    let value = candidate.get_value().to_str();
    value.is_some_and(|value| printable(value) == value)
}

/// `VALUE<tab>MEANING`
fn line(candidate: &CompletionCandidate) -> String {
    let value = value(candidate);
    let meaning = candidate.get_help().map(ToString::to_string);
    let meaning = meaning.unwrap_or_default();
    let meaning = meaning.split_whitespace().collect::<Vec<_>>().join(" ");
    match meaning.is_empty() {
        true => format!("{value}\n"),
        false => format!("{value}\t{meaning}\n"),
    }
}

fn value(candidate: &CompletionCandidate) -> std::borrow::Cow<'_, str> {
    candidate.get_value().to_string_lossy()
}

fn is_subcommand(candidate: &CompletionCandidate) -> bool {
    let id = candidate.get_id();
    id.is_some_and(|id| id.starts_with("command::"))
}
