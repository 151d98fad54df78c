//! Words that make no sense, and the line that would.

use std::ffi::OsString;

use crate::error::{Error, Kind};

pub(super) fn no_command() -> Error {
    Error::of(
        Kind::Usage,
        "there is nothing to run",
        "no command follows, and no subcommand was given",
        "mfaexec [OPTIONS] -- COMMAND [ARGS]..., or see: mfaexec --help",
    )
}

/// Whether the words before `--` name a subcommand that runs nothing; everything else was meant to
/// run a command, and its failures have the exit codes of such.
pub(super) fn runs_command(args: &[OsString]) -> bool {
    let own = args.iter().skip(1).take_while(|word| *word != "--");
    !own.into_iter()
        .any(|word| word == "login" || word == "status" || word == "clear")
}

pub(super) fn usage_error(error: &clap::Error, args: &[OsString]) -> Error {
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
        .skip(1)
        .map(|w| w.to_string_lossy().into_owned())
        .collect();
    let at = words.iter().position(|w| w == word).unwrap_or(0);
    let (own, command) = words.split_at(at);
    let mut line = vec!["mfaexec".to_owned()];
    line.extend_from_slice(own);
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
