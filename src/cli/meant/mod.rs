//! What a command line was meant to be whose words are no options: the profile without its `-p`, the
//! command without its `--`, a subcommand that is misspelt or another tool's. The line that comes out
//! has the user's own words in their order, so that no profile, option or command is lost.

use std::ffi::OsString;

use clap::Command;

use super::foreign::{ForeignMeaning, foreign};
use super::known::{Known, similar_subcommand};
use super::option_words::{has_option, is_named, option_for};
use super::subcommand::Subcommand;
use super::tokens::{Token, Tokens};
use crate::escape::shell_line;

mod line;
mod stray;

/// A line that mfaexec understands, and why it is that one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Meant {
    /// As it is typed, or what to do where there is no such line.
    pub(super) remedy: String,
    pub(super) cause: String,
    /// The words without quotes, the program's name first, if it is a line of mfaexec's.
    pub(super) words: Option<Vec<String>>,
}

/// What the words, the program's name first, were meant to be.
pub(super) fn meant(words: &[OsString], definitions: &Command, known: &Known) -> Option<Meant> {
    let mut reader = WordReader::new(words, definitions, known);
    reader.read();
    reader.finish()
}

/// A part of the line in the place that it was typed at.
enum Part {
    /// An option, its value, or several of them.
    Options(Vec<String>),
    /// The place of the subcommand.
    Verb,
}

struct WordReader<'a> {
    words: Vec<String>,
    raw: &'a [OsString],
    definitions: &'a Command,
    known: &'a Known,
    parts: Vec<Part>,
    verb: Option<ForeignMeaning>,
    /// Whether the verb is one of mfaexec's own, as it was typed.
    own_verb: bool,
    profile: Option<String>,
    command: Vec<String>,
    cause: Option<String>,
    /// A name instead of a misspelt one.
    guess: Option<String>,
    shell_for_completions: Option<String>,
}

impl<'a> WordReader<'a> {
    fn new(raw: &'a [OsString], definitions: &'a Command, known: &'a Known) -> Self {
        let words = raw.iter().map(|word| word.to_string_lossy().into_owned());
        Self {
            words: words.collect(),
            raw,
            definitions,
            known,
            parts: Vec::new(),
            verb: None,
            own_verb: false,
            profile: None,
            command: Vec::new(),
            cause: None,
            guess: None,
            shell_for_completions: None,
        }
    }

    fn read(&mut self) {
        let mut tokens = Tokens::new(self.raw, self.definitions);
        let all: Vec<Token> = tokens.by_ref().collect();
        let dashes = tokens.dashes();
        for (number, token) in all.iter().enumerate() {
            match token {
                Token::Option(place) => {
                    let option = self.words[place.clone()].to_vec();
                    self.parts.push(Part::Options(option));
                }
                Token::Word(at) => {
                    let rest = &all[number + 1..];
                    if !self.read_word(&self.words[*at].clone(), rest, dashes.is_some()) {
                        // All that follows is the command's, a `--` included.
                        self.command = self.words[*at..].to_vec();
                        return;
                    }
                }
            }
        }
        if let Some(dashes) = dashes {
            self.command = self.words[dashes + 1..].to_vec();
        }
    }

    /// Takes a word for what it is; false if the command begins with it.
    fn read_word(&mut self, word: &str, rest: &[Token], has_dashes: bool) -> bool {
        if self.verb.is_none() && self.read_verb(word, rest, has_dashes) {
            return true;
        }
        let (known, is_program) = (self.known, (self.known.is_program)(word));
        let after_own = self.own_verb;
        if known.is_profile(word) {
            let program_follows = rest.iter().any(|token| match token {
                Token::Word(at) => (known.is_program)(&self.words[*at]),
                Token::Option(_) => false,
            });
            // A profile may be called as a program is.
            let is_command = is_program
                && self.verb.is_none()
                && !has_dashes
                && !rest.is_empty()
                && !program_follows;
            if !is_command && self.profile.is_none() {
                self.set_profile(word, format!("{word} is a profile, which -p names"));
                return true;
            }
        }
        let begun = self.verb.is_some() || self.profile.is_some();
        if begun && self.read_value(word) {
            return true;
        }
        if after_own {
            self.read_stray(word);
            return true;
        }
        if is_program {
            return false;
        }
        self.read_unknown(word, rest, has_dashes)
    }

    /// A word that names nothing: a slip, a profile that does not exist, or a command that does not.
    fn read_unknown(&mut self, word: &str, rest: &[Token], has_dashes: bool) -> bool {
        let known = self.known;
        let has_profile = self.profile.is_some() || self.has_profile_option();
        let similar = known.similar_profile(word);
        let similar = similar.filter(|_| self.profile.is_none());
        // No subcommand takes what follows after `--`: a profile may be called `prod`.
        if self.verb.is_none()
            && self.profile.is_none()
            && !has_dashes
            && let Some((likeness, name)) = similar_subcommand(word)
            && similar.is_none_or(|(other, _)| likeness >= other)
        {
            let no_subcommand = "mfaexec has no subcommand of that name";
            self.cause = Some(match self.as_run(word) {
                Some(run) => format!("{no_subcommand}; a command follows after --: {run}"),
                None => no_subcommand.to_owned(),
            });
            self.guess = Some(name.to_owned());
            self.verb = Subcommand::of(name.as_ref()).map(ForeignMeaning::Subcommand);
            self.parts.push(Part::Verb);
            return true;
        }
        if let Some((_, name)) = similar {
            let name = name.to_owned();
            self.guess = Some(name.clone());
            self.set_profile(&name, format!("there is no profile {word}"));
            return true;
        }
        let next = rest.iter().find_map(|token| match token {
            Token::Word(at) => Some(self.words[*at].as_str()),
            Token::Option(_) => None,
        });
        // `exec NAME -- COMMAND`, `NAME -- COMMAND`, `exec NAME COMMAND`
        let is_in_place_of_profile = match next {
            None => has_dashes || self.verb == Some(ForeignMeaning::Run),
            Some(next) => self.verb == Some(ForeignMeaning::Run) && (known.is_program)(next),
        };
        match is_in_place_of_profile {
            true if !has_profile => self.set_profile(word, "-p names the profile".to_owned()),
            true if has_dashes => {
                self.cause = Some(format!("{word} is neither a profile nor a program"));
            }
            _ => return false,
        }
        true
    }

    /// The line that runs the command which begins with `word`. Not if it has a code.
    fn as_run(&self, word: &str) -> Option<String> {
        let at = self.words.iter().position(|typed| typed == word)?;
        let mut words = self.words.clone();
        words.insert(at, "--".to_owned());
        "mfaexec".clone_into(&mut words[0]);
        let has_code = words
            .iter()
            .any(|word| is_named(std::slice::from_ref(word), "--code", 'c'));
        (!has_code).then(|| shell_line(&words))
    }

    /// Takes a word for a subcommand, mfaexec's or another tool's.
    fn read_verb(&mut self, word: &str, rest: &[Token], has_dashes: bool) -> bool {
        if let Some(own) = Subcommand::of(word.as_ref()) {
            self.verb = Some(ForeignMeaning::Subcommand(own));
            self.own_verb = true;
            self.parts.push(Part::Verb);
            return true;
        }
        let is_program_after_profile = self.profile.is_some() && (self.known.is_program)(word);
        let is_other = is_program_after_profile || self.known.is_profile(word);
        let Some((meaning, cause)) = foreign(word).filter(|_| !is_other) else {
            return false;
        };
        // `ls -l`, `env A=1 x`: programs have such names, too.
        let is_used_as_program = match rest.first() {
            Some(Token::Word(at)) => !self.is_about_sessions(&self.words[*at]),
            Some(Token::Option(place)) => !self.is_option(&self.words[place.start]),
            None => has_dashes && meaning != ForeignMeaning::Run,
        };
        if is_used_as_program && (self.known.is_program)(word) {
            return false;
        }
        if meaning == ForeignMeaning::Completions {
            self.shell_for_completions = rest.iter().find_map(|token| match token {
                Token::Word(at) => Some(self.words[*at].clone()),
                Token::Option(_) => None,
            });
        }
        self.verb = Some(meaning);
        self.cause = Some(cause.to_owned());
        self.parts.push(Part::Verb);
        true
    }

    /// Whether a word after that of another tool is what such tools expect there.
    fn is_about_sessions(&self, word: &str) -> bool {
        self.known.is_profile(word) || option_for(word).is_some()
    }

    fn is_option(&self, word: &str) -> bool {
        let all = Subcommand::ALL.into_iter().map(Some).chain([None]);
        all.into_iter()
            .any(|of| has_option(self.definitions, of, word))
    }

    fn set_profile(&mut self, name: &str, cause: String) {
        self.profile = Some(name.to_owned());
        // Of two profiles the last one counts.
        self.parts.retain(|part| match part {
            Part::Options(option) => !is_named(option, "--profile", 'p'),
            Part::Verb => true,
        });
        let option = vec!["-p".to_owned(), name.to_owned()];
        self.parts.push(Part::Options(option));
        self.cause.get_or_insert(cause);
    }

    fn has_profile_option(&self) -> bool {
        let mut tokens = Tokens::new(self.raw, self.definitions);
        tokens.any(|token| match token {
            Token::Option(place) => is_named(&self.words[place], "--profile", 'p'),
            Token::Word(_) => false,
        })
    }
}
