//! Command lines that make no sense, and the line that would: clap's errors in three parts.

use std::ffi::OsString;

use clap::Command;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::known::{Known, similar_subcommand};
use super::meant::{Meant, meant};
use super::option_words::has_option;
use super::subcommand::{Subcommand, definitions};
use crate::error::{Error, Kind};
use crate::escape::shell_line;

/// A run without a command: with options it was meant to be a shell, or a run.
pub(super) fn no_command(
    words: &[OsString],
    definitions: &Command,
    known: impl FnOnce() -> Known,
) -> Error {
    let what = "there is nothing to run";
    let meant = meant(words, definitions, &known());
    let Some(meant) = meant.filter(|meant| meant.words.is_some()) else {
        return Error::of(
            Kind::Usage,
            what,
            "no command follows, and no subcommand was given",
            "mfaexec [OPTIONS] -- COMMAND [ARGS]..., or see: mfaexec --help",
        );
    };
    let run = meant.remedy.replacen(" shell", "", 1);
    let cause = format!("no command follows after --; with one: {run} -- COMMAND");
    Error::of(Kind::Usage, what, cause, meant.remedy)
}

/// `mfaexec help` about a word that is no subcommand.
pub(super) fn no_help(word: &str) -> Error {
    let remedy = match similar_subcommand(word) {
        Some((_, name)) => format!("did you mean {name}? mfaexec help {name}"),
        None => "mfaexec help".to_owned(),
    };
    let names = Subcommand::ALL.map(Subcommand::name).join(", ");
    Error::of(
        Kind::Usage,
        format!("{word} is no subcommand of mfaexec"),
        format!("subcommands: {names}"),
        remedy,
    )
}

/// A word that is neither an option nor the value of one, and wrong where it is.
pub(super) fn stray_word(error: &clap::Error) -> Option<&str> {
    let word = context(error, ContextKind::InvalidArg)?;
    (error.kind() == ErrorKind::UnknownArgument && !word.starts_with('-')).then_some(word)
}

/// An option that does not exist: its name.
pub(super) fn unknown_option(error: &clap::Error) -> Option<&str> {
    let name = context(error, ContextKind::InvalidArg)?.strip_prefix("--")?;
    (error.kind() == ErrorKind::UnknownArgument).then_some(name)
}

/// A line with a stray word, and the one that was meant.
pub(super) fn stray(word: &str, subcommand: Option<Subcommand>, meant: Meant) -> Error {
    let what = match subcommand {
        Some(_) => format!("unexpected argument '{word}' found"),
        None if word.starts_with('-') => format!("there is no option {word}"),
        None => format!("{word} is no subcommand of mfaexec"),
    };
    Error::of(Kind::Usage, what, meant.cause, meant.remedy)
}

/// What clap says, and its cause. `hint` is the word that was meant; `corrected` is the line with it,
/// if mfaexec understands that.
pub(super) fn usage_error(
    error: &clap::Error,
    subcommand: Option<Subcommand>,
    hint: Option<&str>,
    corrected: Option<&[String]>,
) -> Error {
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
        None => (what, cause(error, subcommand, &program)),
    };
    if let (ErrorKind::MissingRequiredArgument, Some(ContextValue::Strings(missing))) =
        (error.kind(), error.get(ContextKind::InvalidArg))
    {
        return Error::of(
            Kind::Usage,
            format!("{} is missing", missing.join(" and ")),
            match missing.iter().all(|name| name.starts_with('-')) {
                true => "an option of this line has no meaning without it",
                false => "what to do is not said",
            },
            format!("see: {program} --help"),
        );
    }
    let is_word = context(error, ContextKind::InvalidArg).is_some_and(|arg| !arg.starts_with('-'));
    if subcommand == Some(Subcommand::Policy)
        && error.kind() == ErrorKind::UnknownArgument
        && is_word
    {
        let cause = "only options follow the kind of the policy";
        let remedy = "mfaexec policy mfa --action ACTION, or mfaexec policy trust --principal WHO";
        return Error::of(Kind::Usage, what, cause, remedy);
    }
    let help = format!("see: {program} --help");
    let remedy = match (hint, corrected) {
        (Some(right), Some(line)) => format!("did you mean {right}? {}", shell_line(line)),
        (Some(right), None) => format!("did you mean {right}? Or {help}"),
        (None, _) => help,
    };
    Error::of(Kind::Usage, what, cause, remedy)
}

/// The words with `right` in the place of what is wrong. A code is not repeated: it is a secret as long as
/// it was not used.
pub(super) fn corrected(
    error: &clap::Error,
    words: &[OsString],
    right: &str,
) -> Option<Vec<String>> {
    let kind = match error.kind() {
        ErrorKind::InvalidValue => ContextKind::InvalidValue,
        _ => ContextKind::InvalidArg,
    };
    let wrong = context(error, kind)?;
    let mut words: Vec<String> = words
        .iter()
        .skip(1)
        .map(|word| word.to_string_lossy().into())
        .collect();
    if right == "--code"
        || words
            .iter()
            .any(|word| word.starts_with("-c") || word.starts_with("--code"))
    {
        return None;
    }
    let at = words.iter().position(|word| {
        let (name, value) = word.split_once('=').unwrap_or((word, word));
        word == wrong || name == wrong || value == wrong
    })?;
    words[at] = words[at].replacen(wrong, right, 1);
    words.insert(0, "mfaexec".to_owned());
    Some(words)
}

fn cause(error: &clap::Error, subcommand: Option<Subcommand>, program: &str) -> String {
    let wrong = context(error, ContextKind::InvalidArg);
    let option = wrong.filter(|arg| arg.starts_with('-'));
    match error.kind() {
        ErrorKind::UnknownArgument if let Some(option) = option => {
            format!("{program} has no such option{}", others_with(option))
        }
        ErrorKind::UnknownArgument
            if matches!(subcommand, Some(Subcommand::Completions | Subcommand::Man)) =>
        {
            "one word follows it".to_owned()
        }
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

/// The subcommands that have an option, for the cause.
pub(super) fn others_with(option: &str) -> String {
    let definitions = definitions();
    let having = Subcommand::ALL
        .into_iter()
        .filter(|of| has_option(&definitions, Some(*of), option));
    let names: Vec<_> = having.map(Subcommand::name).collect();
    match names.split_last() {
        None => String::new(),
        Some((one, [])) => format!("; {one} has it"),
        Some((last, others)) => format!("; {} and {last} have it", others.join(", ")),
    }
}

/// The word that clap finds most similar to a wrong value or subcommand.
pub(super) fn word_meant(error: &clap::Error) -> Option<String> {
    let kinds = [
        ContextKind::SuggestedValue,
        ContextKind::SuggestedSubcommand,
    ];
    let word = kinds.into_iter().find_map(|kind| context(error, kind))?;
    Some(word.to_owned())
}

pub(super) fn context(error: &clap::Error, kind: ContextKind) -> Option<&str> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text),
        ContextValue::Strings(texts) => texts.last().map(String::as_str),
        _ => None,
    }
}
