//! The words of a command line up to its `--`: options with their values, and words of their own.

use std::ffi::OsString;
use std::ops::Range;

use clap::{Arg, Command};
use clap_lex::{ArgCursor, RawArgs};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// An option, with its value where that is a word of its own: their places.
    Option(Range<usize>),
    /// A word that is neither an option nor the value of one: its place.
    Word(usize),
}

/// Reads one after the other; what comes after the first word of interest is not looked at.
pub(super) struct Tokens<'a> {
    definitions: &'a Command,
    raw: RawArgs,
    cursor: ArgCursor,
    at: usize,
    over: bool,
}

impl<'a> Tokens<'a> {
    /// Of all words, the first of which is the program's name.
    pub(super) fn new(words: &[OsString], definitions: &'a Command) -> Self {
        let raw = RawArgs::new(words);
        let mut cursor = raw.cursor();
        raw.next_os(&mut cursor);
        Self {
            definitions,
            raw,
            cursor,
            at: 1,
            over: false,
        }
    }

    /// Where the `--` is that ended them.
    pub(super) fn dashes(&self) -> Option<usize> {
        self.over.then_some(self.at)
    }
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        if self.over {
            return None;
        }
        let word = self.raw.next(&mut self.cursor)?;
        let begin = self.at;
        if word.is_escape() {
            self.over = true;
            return None;
        }
        self.at += 1;
        let value_follows = if let Some((long, value)) = word.to_long() {
            let long = long.ok().filter(|_| value.is_none());
            long.is_some_and(|long| {
                takes_value(self.definitions, &|option| option.get_long() == Some(long))
            })
        } else if let Some(mut shorts) = word.to_short() {
            // In `-vpNAME` what is behind an option with a value is the value.
            let mut letters = std::iter::from_fn(|| shorts.next_flag()?.ok());
            let with_value = letters.any(|letter| {
                takes_value(self.definitions, &|option| {
                    option.get_short() == Some(letter)
                })
            });
            with_value && shorts.is_empty()
        } else {
            return Some(Token::Word(begin));
        };
        let next = self.raw.peek(&self.cursor);
        if value_follows && next.is_some_and(|next| !next.is_escape()) {
            self.raw.next_os(&mut self.cursor);
            self.at += 1;
        }
        Some(Token::Option(begin..self.at))
    }
}

/// Whether the option that fits takes a value: one of a run or, where a run has none, of a subcommand.
fn takes_value(definitions: &Command, fits: &dyn Fn(&Arg) -> bool) -> bool {
    let of_run = definitions.get_arguments().find(|option| fits(option));
    if let Some(option) = of_run {
        return option.get_action().takes_values();
    }
    let mut all = definitions.clone();
    all.build();
    let of_subcommands = all.get_subcommands().flat_map(Command::get_arguments);
    of_subcommands
        .filter(|option| fits(option))
        .any(|option| option.get_action().takes_values())
}
