//! Words that make no sense, and the line that would.

use std::ffi::OsString;

use crate::error::{Error, Kind};

pub(crate) fn no_command() -> Error {
    Error::of(
        Kind::Usage,
        "there is nothing to run",
        "no command follows, and no subcommand was given",
        "mfaexec [OPTIONS] -- COMMAND [ARGS]..., or see: mfaexec --help",
    )
}

/// Whether the subcommand, if there is one, runs a command; everything else was meant to run one,
/// and its failures have the exit codes of such.
pub(crate) fn runs_command(args: &[OsString]) -> bool {
    let subcommand = own_words(args).into_iter().next().map(|at| &args[at]);
    subcommand.is_none_or(|word| !RUN_NOTHING.iter().any(|name| word == name))
}

/// Subcommands that run nothing.
const RUN_NOTHING: [&str; 4] = ["login", "explain", "status", "clear"];

/// The places of the words before `--` that are neither options nor values of options.
fn own_words(args: &[OsString]) -> Vec<usize> {
    let definitions = super::command();
    let takes_value = |long: Option<&str>, short: Option<char>| {
        let subcommands = definitions
            .get_subcommands()
            .flat_map(clap::Command::get_arguments);
        let mut options = definitions.get_arguments().chain(subcommands);
        options.any(|option| {
            let same = option.get_long().is_some_and(|name| Some(name) == long)
                || option.get_short().is_some_and(|name| Some(name) == short);
            same && option.get_action().takes_values()
        })
    };
    let mut words = Vec::new();
    let mut is_value = false;
    for (at, word) in args.iter().enumerate().skip(1) {
        let word = word.to_string_lossy();
        if std::mem::take(&mut is_value) {
            continue;
        }
        match word.strip_prefix("--") {
            Some("") => break,
            Some(long) => is_value = takes_value(Some(long), None),
            None if word.starts_with('-') => {
                // `-vp NAME`: what is behind an option with a value is the value.
                let mut shorts = word.chars().skip(1);
                let with_value = shorts.find(|short| takes_value(None, Some(*short)));
                is_value = with_value.is_some() && shorts.next().is_none();
            }
            None => words.push(at),
        }
    }
    words
}

pub(crate) fn usage_error(error: &clap::Error, args: &[OsString]) -> Error {
    use clap::error::{ContextKind, ContextValue, ErrorKind};
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let word = context(ContextKind::InvalidSubcommand).or_else(|| {
        let word = context(ContextKind::InvalidArg)?;
        (error.kind() == ErrorKind::UnknownArgument && !word.starts_with('-')).then_some(word)
    });
    if let Some(word) = word {
        return missing_dashes(word, args);
    }
    // clap's text is "error: what", then hints and usage, which --help says better.
    let text = error.render().to_string();
    let what = text.lines().next().unwrap_or_default();
    Error::of(
        Kind::Usage,
        what.strip_prefix("error: ").unwrap_or(what),
        "the words of the command line",
        "mfaexec [OPTIONS] -- COMMAND [ARGS]..., or see: mfaexec --help",
    )
}

/// `mfaexec -p x aws s3 ls`: the command's name stands where a subcommand's would.
fn missing_dashes(word: &str, args: &[OsString]) -> Error {
    let words: Vec<String> = args
        .iter()
        .map(|w| w.to_string_lossy().into_owned())
        .collect();
    let own = own_words(args);
    if let Some(subcommand) = own.first().map(|at| &words[*at])
        && super::command().find_subcommand(subcommand).is_some()
    {
        return Error::of(
            Kind::Usage,
            format!("{word} means nothing to mfaexec {subcommand}"),
            "it takes options only",
            format!("mfaexec {subcommand} --help"),
        );
    }
    if word == "help" {
        let cause = "mfaexec has no subcommand of that name";
        return Error::of(Kind::Usage, "help is an option", cause, "mfaexec --help");
    }
    let at = own.first().copied().unwrap_or(1).min(words.len());
    let (before, command) = words.split_at(at);
    let mut line = before.to_vec();
    "mfaexec".clone_into(&mut line[0]);
    let cause = match command.iter().position(|w| w == "--") {
        // There is a `--`, but behind a word too many.
        Some(dashes) => {
            line.extend_from_slice(&command[dashes..]);
            "mfaexec has no subcommand of that name"
        }
        None => {
            line.push("--".to_owned());
            line.extend_from_slice(command);
            "a command to run has to stand after --"
        }
    };
    let line = line
        .iter()
        .map(|w| shown_word(w))
        .collect::<Vec<_>>()
        .join(" ");
    Error::of(
        Kind::Usage,
        format!("{word} is no subcommand of mfaexec"),
        cause,
        line,
    )
}

fn shown_word(word: &str) -> String {
    shlex::try_quote(word).map_or_else(|_| word.to_owned(), std::borrow::Cow::into_owned)
}
