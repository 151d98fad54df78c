//! Command lines that make no sense, and the line that would: clap's errors in three parts.

use std::borrow::Cow;
use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::args::Subcommand;
use crate::error::{Error, Kind};

pub(super) fn no_command() -> Error {
    Error::of(
        Kind::Usage,
        "there is nothing to run",
        "no command follows, and no subcommand was given",
        "mfaexec [OPTIONS] -- COMMAND [ARGS]..., or see: mfaexec --help",
    )
}

/// What clap says, its cause and its hint.
pub(super) fn usage_error(error: &clap::Error, subcommand: Option<Subcommand>) -> Error {
    let program = match subcommand {
        Some(subcommand) => format!("mfaexec {}", subcommand.name()),
        None => "mfaexec".to_owned(),
    };
    // clap's text is "error: what", with ": cause" where our own parser refused a value, then hints
    // and usage.
    let text = error.render().to_string();
    let what = text.lines().next().unwrap_or_default();
    let what = what.strip_prefix("error: ").unwrap_or(what);
    let (what, cause) = match std::error::Error::source(error).map(ToString::to_string) {
        Some(cause) => (
            what.strip_suffix(&format!(": {cause}")).unwrap_or(what),
            cause,
        ),
        None => (what, cause(error, &program)),
    };
    let help = format!("see: {program} --help");
    let remedy = match meant(error) {
        Some(meant) => format!("did you mean {meant}? Or {help}"),
        None => help,
    };
    Error::of(Kind::Usage, what, cause, remedy)
}

fn cause(error: &clap::Error, program: &str) -> String {
    let is_option = context(error, ContextKind::InvalidArg).is_some_and(|arg| arg.starts_with('-'));
    match error.kind() {
        ErrorKind::UnknownArgument if is_option => format!("{program} has no such option"),
        ErrorKind::UnknownArgument => format!("{program} takes options only"),
        ErrorKind::ArgumentConflict => "the two contradict each other".to_owned(),
        ErrorKind::TooManyValues => "the option takes no value".to_owned(),
        ErrorKind::InvalidUtf8 => "options and their values are text".to_owned(),
        ErrorKind::InvalidValue => match error.get(ContextKind::ValidValue) {
            Some(ContextValue::Strings(known)) if !known.is_empty() => {
                format!("possible values: {}", known.join(", "))
            }
            _ => "no value follows the option".to_owned(),
        },
        kind => kind.as_str().unwrap_or_default().to_owned(),
    }
}

/// The word that clap finds most similar to the wrong one.
fn meant(error: &clap::Error) -> Option<&str> {
    [
        ContextKind::SuggestedArg,
        ContextKind::SuggestedValue,
        ContextKind::SuggestedSubcommand,
    ]
    .into_iter()
    .find_map(|kind| context(error, kind))
}

fn context(error: &clap::Error, kind: ContextKind) -> Option<&str> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text),
        ContextValue::Strings(texts) => texts.last().map(String::as_str),
        _ => None,
    }
}

/// `mfaexec -p x aws s3 ls`: at the place of a subcommand's name is a word that is none.
pub(super) fn unknown_subcommand(error: &clap::Error, words: &[OsString], at: usize) -> Error {
    let words: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
    let word = &words[at];
    if context(error, ContextKind::InvalidArg) != Some(word) {
        return usage_error(error, None);
    }
    if word == "help" {
        let cause = "mfaexec has no subcommand of that name";
        return Error::of(Kind::Usage, "help is an option", cause, "mfaexec --help");
    }
    let (options, rest) = (&words[1..at], &words[at + 1..]);
    // Where there is a `--`, the word before it is one too many.
    let dashes = rest.iter().position(|word| word == "--");
    let (cause, run) = match dashes {
        Some(dashes) => (
            "mfaexec has no subcommand of that name",
            line([options, &rest[dashes..]]),
        ),
        None => (
            "a command to run follows after --",
            line([options, &["--".into()], &words[at..]]),
        ),
    };
    let remedy = match similar_subcommand(word) {
        Some(name) => {
            let meant = line([options, &[name.clone().into()], rest]);
            format!("did you mean {name}? {meant}; to run a command: {run}")
        }
        None => run,
    };
    Error::of(
        Kind::Usage,
        format!("{word} is no subcommand of mfaexec"),
        cause,
        remedy,
    )
}

/// clap makes this suggestion only where no command can follow.
fn similar_subcommand(word: &str) -> Option<String> {
    let names = Subcommand::ALL.map(|known| clap::Command::new(known.name()));
    let mut without_command = clap::Command::new("mfaexec").subcommands(names);
    let words = ["mfaexec", word];
    let error = without_command.try_get_matches_from_mut(words).err()?;
    Some(context(&error, ContextKind::SuggestedSubcommand)?.to_owned())
}

/// The command line of these words, quoted for a shell.
fn line<const N: usize>(parts: [&[Cow<'_, str>]; N]) -> String {
    let quoted = parts.iter().copied().flatten().map(|word| {
        let quoted = shlex::try_quote(word);
        quoted.unwrap_or_else(|_| word.clone()).into_owned()
    });
    let words: Vec<_> = std::iter::once("mfaexec".to_owned())
        .chain(quoted)
        .collect();
    words.join(" ")
}
