//! The option that an unknown one was meant to be. clap's guess alone is too bold: it takes `--clear`
//! for `--role-arn`.

use std::ffi::OsString;

use clap::Command;
use clap::error::{ContextKind, ErrorKind};
use strsim::normalized_damerau_levenshtein;

use super::option_words::{has_option, option_for, options_of};
use super::subcommand::Subcommand;
use super::usage_error::{context, others_with};

/// Options of other tools (aws-vault, aws-runas, granted, awsume, the AWS CLI), and what mfaexec calls
/// them.
const OTHER_NAMES: [(&str, &str); 20] = [
    ("assume-role", "role-arn"),
    ("assume-role-ttl", "duration"),
    ("debug", "verbose"),
    ("device", "mfa-serial"),
    ("duration-seconds", "duration"),
    ("force", "fresh"),
    ("force-refresh", "fresh"),
    ("mfa-code", "code"),
    ("mfa-token", "code"),
    ("no-mfa", "without-mfa"),
    ("otp", "code"),
    ("role", "role-arn"),
    ("role-duration", "duration"),
    ("serial-number", "mfa-serial"),
    ("session-duration", "duration"),
    ("session-name", "role-session-name"),
    ("session-ttl", "duration"),
    ("token", "code"),
    ("token-code", "code"),
    ("ttl", "duration"),
];

/// From this similarity on, 1 for the same name, it is a slip.
const SLIP: f64 = 0.65;
/// The shortest beginning of a name that says which one it is.
const BEGINNING: usize = 3;

/// The option that was meant, with its dashes, if there is one that the line may have.
pub(super) fn option_meant(
    error: &clap::Error,
    words: &[OsString],
    subcommand: Option<Subcommand>,
    definitions: &Command,
) -> Option<String> {
    if error.kind() != ErrorKind::UnknownArgument {
        return None;
    }
    let wrong = context(error, ContextKind::InvalidArg)?;
    // What other subcommands have is no slip.
    let name = wrong.strip_prefix("--")?;
    if !others_with(wrong).is_empty() {
        return None;
    }
    let may_have = |option: &str| has_option(definitions, subcommand, option);
    let other = OTHER_NAMES.iter().find(|(other, _)| *other == name);
    if let Some((_, own)) = other {
        return Some(format!("--{own}")).filter(|option| may_have(option));
    }
    // A time may be the value of several options, an ARN or a code of one alone.
    let by_value = value_of(wrong, words).and_then(|value| option_for(&value));
    let by_value = by_value.filter(|option| may_have(option));
    let (time, by_value) = match by_value {
        Some("-d") => (by_value, None),
        other => (None, other),
    };
    if let Some(option) = by_value {
        return Some(option.to_owned());
    }
    let names = options_of(definitions, subcommand);
    let begun: Vec<&String> = names.iter().filter(|own| own.starts_with(name)).collect();
    if let [own] = begun[..]
        && name.len() >= BEGINNING
    {
        return Some(format!("--{own}"));
    }
    if let Some(option) = time {
        return Some(option.to_owned());
    }
    let similarity = |own: &String| normalized_damerau_levenshtein(name, own);
    let best = names
        .iter()
        .max_by(|a, b| similarity(a).total_cmp(&similarity(b)))?;
    (similarity(best) >= SLIP).then(|| format!("--{best}"))
}

/// What is written as the value of an option that does not exist.
fn value_of(wrong: &str, words: &[OsString]) -> Option<String> {
    let mut words = words.iter().map(|word| word.to_string_lossy());
    let found = words.find(|word| word.split('=').next() == Some(wrong))?;
    match found.split_once('=') {
        Some((_, value)) => Some(value.to_owned()),
        None => words.next().map(Into::into),
    }
}
