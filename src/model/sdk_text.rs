//! How names and values are spelt for the SDK's parser of config files, which drops the one and cuts the
//! other where they have characters of its own syntax.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but the characters of an identifier in the SDK's parser; `%` is left out of those
/// because it begins an escape.
const NAME: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'_')
    .remove(b'-')
    .remove(b'/')
    .remove(b'.')
    .remove(b'@')
    .remove(b':')
    .remove(b'+');

/// The spelling of a section's name in canonical text: the SDK's parser drops sections whose
/// names have blanks or other characters outside its identifiers.
pub(crate) fn encode_name(name: &str) -> String {
    utf8_percent_encode(name, NAME).to_string()
}

/// The characters of a setting's name in the SDK's parser, which drops other settings.
pub(crate) fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_-/.%@:+".contains(c)
}

/// Settings that are words for others to read: what the SDK's parser would take for a comment is
/// part of a program's arguments or of a policy.
pub(crate) fn is_literal(key: &str) -> bool {
    let literal = ["credential_process", "mfa_process", "role_session_policy"];
    literal.iter().any(|name| key.eq_ignore_ascii_case(name))
}

/// Characters that begin a comment in the SDK's parser, and what stands for them (of Unicode's
/// private use).
const HIDDEN: [(char, char); 2] = [('#', '\u{f8c3}'), (';', '\u{f8db}')];

pub(crate) fn hide(c: char) -> char {
    let hidden = HIDDEN.iter().find(|(shown, _)| *shown == c);
    hidden.map_or(c, |(_, hidden)| *hidden)
}

/// A value as it was before the parser.
pub(crate) fn reveal(value: &str) -> String {
    let reveal = |c| {
        let hidden = HIDDEN.iter().find(|(_, hidden)| *hidden == c);
        hidden.map_or(c, |(shown, _)| *shown)
    };
    value.chars().map(reveal).collect()
}
