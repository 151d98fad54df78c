//! From the words of a command line to one thing to do.

use std::ffi::OsString;

use clap::Command;
use clap::error::ErrorKind;

use super::args::OutputOptions;
use super::foreign::foreign;
use super::invocation::{Invocation, invocation};
use super::known::Known;
use super::meant::meant;
use super::option_meant::option_meant;
use super::option_words::{is_named, options_to_repeat};
use super::subcommand::{Subcommand, definitions, run_definitions};
use super::tokens::{Token, Tokens};
use super::usage_error::{
    corrected, no_command, no_help, stray, stray_word, unknown_option, usage_error, word_meant,
};
use crate::error::Error;

#[derive(Debug)]
pub(super) enum Parsed {
    Run(Box<Invocation>, OutputOptions),
    /// Help or version, for stdout.
    Print(String),
    /// `runs_command`: whether a command was to be run, which decides on the exit code.
    Invalid {
        error: Error,
        runs_command: bool,
    },
}

/// Reads the command line, program name included.
pub(super) fn parse(words: &[OsString]) -> Parsed {
    right_run(words).unwrap_or_else(|| parse_knowing(words, Known::read))
}

/// A run that is right. Most lines are, and they need no definition of a subcommand.
fn right_run(words: &[OsString]) -> Option<Parsed> {
    let mut definitions = run_definitions();
    if first_own_word(words, &definitions).is_some() {
        return None;
    }
    let matches = definitions.try_get_matches_from_mut(words).ok()?;
    let (run, output) = invocation(&matches).ok()?;
    let is_run = matches!(&run, Invocation::Run { command, .. } if !command.is_empty());
    is_run.then(|| Parsed::Run(Box::new(run), output))
}

/// The same, with what there is on the machine, which is looked at only if the words make no sense.
fn parse_knowing(words: &[OsString], known: impl FnOnce() -> Known) -> Parsed {
    let mut definitions = definitions();
    let at = first_own_word(words, &definitions);
    let subcommand = at.and_then(|at| Subcommand::of(&words[at]));
    if let Some(at) = at
        && words[at] == "help"
    {
        return help(words, at, &definitions);
    }
    let invocation = definitions
        .try_get_matches_from_mut(ordered(words, at.filter(|_| subcommand.is_some())))
        .and_then(|matches| invocation(&matches))
        .map_err(|error| error.format(&mut definitions));
    let error = match invocation {
        Ok((Invocation::Run { command, .. }, _)) if command.is_empty() => {
            no_command(words, &definitions, known)
        }
        Ok((invocation, output)) => return Parsed::Run(Box::new(invocation), output),
        Err(error)
            if error.kind() == ErrorKind::DisplayVersion && is_verbose(words, &definitions) =>
        {
            return Parsed::Run(Box::new(Invocation::Version), OutputOptions::default());
        }
        Err(error) if !error.use_stderr() => return Parsed::Print(error.render().to_string()),
        Err(error) => wrong_line(&error, words, &definitions, known, subcommand),
    };
    let for_program = subcommand == Some(Subcommand::CredentialProcess);
    Parsed::Invalid {
        error: match for_program {
            true => error.on_one_line(),
            false => error,
        },
        runs_command: matches!(subcommand, None | Some(Subcommand::Shell)),
    }
}

/// Options mean the same before and after the subcommand's name, which is at `name`. Behind the name,
/// clap knows all that can be said of them: which exclude each other, and which the subcommand has not.
fn ordered(words: &[OsString], name: Option<usize>) -> Vec<OsString> {
    let mut ordered = words.to_vec();
    if let Some(at) = name {
        ordered[1..=at].rotate_right(1);
    }
    ordered
}

/// `mfaexec help`, `mfaexec help login`: what --help prints.
fn help(words: &[OsString], at: usize, definitions: &Command) -> Parsed {
    let words: Vec<OsString> = [&words[..at], &words[at + 1..]].concat();
    let about = first_own_word(&words, definitions).map(|at| &words[at]);
    let subcommand = about.and_then(|word| Subcommand::of(word));
    if let (Some(word), None) = (about, subcommand)
        && word != "help"
    {
        return Parsed::Invalid {
            error: no_help(&word.to_string_lossy()),
            runs_command: true,
        };
    }
    let name = subcommand.map(|subcommand| subcommand.name().into());
    let words = [Some("mfaexec".into()), name, Some("--help".into())];
    let words: Vec<OsString> = words.into_iter().flatten().collect();
    match definitions.clone().try_get_matches_from(words) {
        Err(help) => Parsed::Print(help.render().to_string()),
        Ok(_) => Parsed::Print(String::new()),
    }
}

/// Whether the line has --verbose, at any place: clap stops reading at --version.
fn is_verbose(words: &[OsString], definitions: &Command) -> bool {
    let options = options_to_repeat(words, definitions);
    options
        .iter()
        .any(|option| is_named(option, "--verbose", 'v'))
}

/// A line that clap refuses. Where words of it are no options, the line that was meant is the remedy.
fn wrong_line(
    error: &clap::Error,
    words: &[OsString],
    definitions: &Command,
    known: impl FnOnce() -> Known,
    subcommand: Option<Subcommand>,
) -> Error {
    let mut words = words.to_vec();
    // These are about no profile, so a word after them is none.
    let has_profile = !matches!(
        subcommand,
        Some(Subcommand::Policy | Subcommand::Completions | Subcommand::Man | Subcommand::Prompt)
    );
    let mut stray_one = stray_word(error).filter(|_| has_profile).map(str::to_owned);
    let option = option_meant(error, &words, subcommand, definitions);
    let hint = option.or_else(|| word_meant(error));
    // `--list`: what is an option elsewhere.
    if subcommand.is_none()
        && hint.is_none()
        && let Some(name) = unknown_option(error)
        && (Subcommand::of(name.as_ref()).is_some() || foreign(name).is_some())
        && let Some(at) = words.iter().position(|word| *word == *format!("--{name}"))
    {
        words[at] = name.into();
        stray_one = Some(format!("--{name}"));
    }
    let meant = stray_one.and_then(|word| Some((meant(&words, definitions, &known())?, word)));
    let Some((mut meant, word)) = meant else {
        let hint = hint.as_deref();
        let corrected = hint.and_then(|right| corrected(error, &words, right));
        let corrected = corrected.filter(|line| objection(line).is_none());
        return usage_error(error, subcommand, hint, corrected.as_deref());
    };
    if let Some(own) = word.strip_prefix("--").map(OsString::from)
        && let Some(own) = Subcommand::of(&own)
    {
        meant.cause = format!("{} is a subcommand", own.name());
    }
    match meant.words.as_deref().and_then(objection) {
        Some(objection) => usage_error(&objection, subcommand, None, None),
        None => stray(&word, subcommand, meant),
    }
}

/// What clap has to say against a line, if it has something.
fn objection(words: &[String]) -> Option<clap::Error> {
    let mut definitions = definitions();
    let words: Vec<OsString> = words.iter().map(OsString::from).collect();
    let at = first_own_word(&words, &definitions);
    let name = at.filter(|at| Subcommand::of(&words[*at]).is_some());
    let matches = definitions.try_get_matches_from_mut(ordered(&words, name));
    let error = matches.and_then(|matches| invocation(&matches)).err()?;
    error.use_stderr().then(|| error.format(&mut definitions))
}

/// The place of the first word before `--` that is neither an option nor the value of one.
fn first_own_word(words: &[OsString], definitions: &Command) -> Option<usize> {
    Tokens::new(words, definitions).find_map(|token| match token {
        Token::Word(at) => Some(at),
        Token::Option(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use clap::Arg;
    use proptest::prelude::*;

    use super::*;

    /// A value for each option that takes one: what looks like a subcommand is a value all the same.
    fn value(option: &Arg) -> &'static str {
        match option.get_id().as_str() {
            "duration" | "min_ttl" | "max_age" | "delete_after" => "1h",
            "prompt" => "terminal",
            "cache" => "plain",
            "format" => "fish",
            "code" => "-1",
            "profile" => "login",
            _ => "status",
        }
    }

    /// The ways to write an option.
    fn spellings(option: &Arg) -> Vec<Vec<String>> {
        let long = option.get_long().map(|long| format!("--{long}"));
        let short = option.get_short().map(|short| format!("-{short}"));
        let names = || long.iter().chain(&short).cloned();
        if !option.get_action().takes_values() {
            return names().map(|name| vec![name]).collect();
        }
        let value = value(option).to_owned();
        let mut all: Vec<_> = names().map(|name| vec![name, value.clone()]).collect();
        all.extend(long.iter().map(|long| vec![format!("{long}={value}")]));
        all.extend(short.iter().map(|short| vec![format!("{short}{value}")]));
        let cluster = |short: &String| vec![short.replace('-', "-q"), value.clone()];
        all.extend(short.iter().map(cluster));
        all
    }

    /// Every spelling of every option that any subcommand has, help and version apart.
    fn all_options() -> Vec<Vec<String>> {
        let mut all = definitions();
        all.build();
        let of_subcommands = all.get_subcommands().flat_map(Command::get_arguments);
        let options = of_subcommands.filter(|option| {
            option.get_long().is_some() && !["help", "version"].contains(&option.get_id().as_str())
        });
        let mut spellings: Vec<_> = options.flat_map(spellings).collect();
        spellings.sort();
        spellings.dedup();
        spellings
    }

    fn parsed(parts: &[&[String]]) -> String {
        let mut words = vec![OsString::from("mfaexec")];
        words.extend(parts.iter().copied().flatten().map(OsString::from));
        format!("{:?}", parse(&words))
    }

    #[test]
    fn each_option_is_the_same_before_and_after_each_subcommand() {
        let options = all_options();
        assert!(options.len() > 40, "{options:?}");
        for name in Subcommand::ALL.map(|known| vec![known.name().to_owned()]) {
            let alone = parsed(&[&name]);
            for option in &options {
                let after = parsed(&[&name, option]);
                assert_eq!(parsed(&[option, &name]), after, "{name:?} {option:?}");
                assert_ne!(after, alone, "{name:?} {option:?} means nothing");
            }
        }
    }

    proptest! {
        #[test]
        fn options_may_be_split_around_the_subcommand(
            options in prop::collection::vec(prop::sample::select(all_options()), 0..6),
            name in prop::sample::select(Subcommand::ALL.to_vec()),
            split in any::<prop::sample::Index>(),
        ) {
            let name = vec![name.name().to_owned()];
            let (before, after) = options.split_at(split.index(options.len() + 1));
            prop_assert_eq!(
                parsed(&[&before.concat(), &name, &after.concat()]),
                parsed(&[&name, &options.concat()])
            );
        }

        #[test]
        fn what_follows_the_dashes_is_the_commands(
            options in prop::collection::vec(prop::sample::select(all_options()), 0..4),
            command in prop::collection::vec(
                prop_oneof![
                    prop::sample::select(Subcommand::ALL.to_vec()).prop_map(|s| s.name().to_owned()),
                    prop::sample::select(all_options()).prop_map(|option| option[0].clone()),
                    Just("--".to_owned()),
                ],
                1..4,
            ),
        ) {
            let mut words = vec![OsString::from("mfaexec")];
            words.extend(options.concat().into_iter().map(OsString::from));
            words.push("--".into());
            words.extend(command.iter().map(OsString::from));
            // What the short way takes means the same on the long one.
            if let Some(short) = right_run(&words) {
                let long = parse_knowing(&words, || panic!("it makes sense"));
                prop_assert_eq!(format!("{short:?}"), format!("{long:?}"));
            }
            match parse(&words) {
                Parsed::Run(invocation, _) => {
                    let Invocation::Run { command: run, .. } = *invocation else {
                        panic!("it is a run");
                    };
                    prop_assert_eq!(run, command.into_iter().map(OsString::from).collect::<Vec<_>>());
                }
                Parsed::Invalid { runs_command, .. } => prop_assert!(runs_command),
                other => prop_assert!(false, "{:?}", other),
            }
        }
    }

    #[test]
    fn of_an_option_given_twice_the_last_one_counts() {
        let words = ["mfaexec", "-p", "one", "status", "-p", "two"].map(OsString::from);
        let Parsed::Run(invocation, _) = parse(&words) else {
            panic!("it makes sense");
        };
        let Invocation::Status { status } = *invocation else {
            panic!("it is a status");
        };
        assert_eq!(status.profile.as_deref(), Some("two"));
    }

    #[test]
    fn the_definitions_are_sound() {
        definitions().debug_assert();
    }
}
