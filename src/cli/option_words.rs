//! Words as options: which one a word is, and which one it can only be the value of.

use std::ffi::OsString;

use clap::Command;

use super::subcommand::{Subcommand, run_definitions};
use super::tokens::{Token, Tokens};
use crate::model::arn::Arn;

/// The options among the words, the program's name first, without a code: it is a secret as long as
/// it was not used.
pub(super) fn options_to_repeat(words: &[OsString], definitions: &Command) -> Vec<Vec<String>> {
    let places = Tokens::new(words, definitions).filter_map(|token| match token {
        Token::Option(place) => Some(place),
        Token::Word(_) => None,
    });
    let options = places.map(|place| {
        let option = words[place].iter();
        option
            .map(|word| word.to_string_lossy().into_owned())
            .collect()
    });
    options
        .filter(|option: &Vec<String>| !is_named(option, "--code", 'c'))
        .collect()
}

/// Whether these words are the option of this name.
pub(super) fn is_named(option: &[String], long: &str, short: char) -> bool {
    let Some(first) = option.first().filter(|first| first.starts_with('-')) else {
        return false;
    };
    if first.starts_with("--") {
        return first.split('=').next() == Some(long);
    }
    // What is behind an option with a value is the value.
    let mut letters = first.chars().skip(1);
    letters.find(|letter| *letter == short || "pdc".contains(*letter)) == Some(short)
}

/// Whether a run, or that subcommand, has the option that this word begins.
pub(super) fn has_option(
    definitions: &Command,
    subcommand: Option<Subcommand>,
    word: &str,
) -> bool {
    let name = word.trim_start_matches('-');
    let long = name.split('=').next().unwrap_or_default();
    let built = built(definitions, subcommand);
    built
        .get_arguments()
        .any(|option| match word.starts_with("--") {
            true => option.get_long() == Some(long),
            false => option.get_short().is_some() && option.get_short() == name.chars().next(),
        })
}

/// The long names, without dashes, of the options that a run or that subcommand has.
pub(super) fn options_of(definitions: &Command, subcommand: Option<Subcommand>) -> Vec<String> {
    let built = built(definitions, subcommand);
    let names = built.get_arguments().filter_map(clap::Arg::get_long);
    names.map(str::to_owned).collect()
}

/// The definition of a run or of that subcommand, with what clap defers. Only that one: to build all of
/// them takes as long as they are many.
fn built(definitions: &Command, subcommand: Option<Subcommand>) -> Command {
    let of = subcommand.and_then(|subcommand| definitions.find_subcommand(subcommand.name()));
    let mut of = of.cloned().unwrap_or_else(run_definitions);
    // What clap passes on from the whole where it builds the whole.
    of = of.version(env!("CARGO_PKG_VERSION"));
    of = of.disable_help_flag(true).disable_version_flag(true);
    of.build();
    of
}

/// The option whose value such a word can only be.
pub(super) fn option_for(word: &str) -> Option<&'static str> {
    let arn = Arn::parse(word);
    match arn {
        Some(arn) if arn.name("role").is_some() => Some("--role-arn"),
        Some(arn) if arn.name("mfa").is_some() => Some("--mfa-serial"),
        Some(_) => None,
        None if word.len() == 6 && word.bytes().all(|b| b.is_ascii_digit()) => Some("--code"),
        None if is_time(word) => Some("-d"),
        None => None,
    }
}

/// `8h`, `90m`: not a bare number, which can be anything.
fn is_time(word: &str) -> bool {
    let (digits, unit) =
        word.split_at(word.len() - word.chars().next_back().map_or(0, char::len_utf8));
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) && matches!(unit, "h" | "m")
}
