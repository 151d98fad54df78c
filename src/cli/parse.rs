//! From the words of a command line to one thing to do.

use std::ffi::OsString;

use clap::{Arg, Command, FromArgMatches};

use super::args::{
    ClearArgs, CredentialProcessArgs, ExplainArgs, ExportArgs, LoginArgs, OutputOptions, RunArgs,
    ShellArgs, StatusArgs, Subcommand, definitions,
};
use super::usage_error::{no_command, unknown_subcommand, usage_error};
use crate::error::Error;
use crate::options::{ExportChoice, ShellChoice, SignIn};

/// A command line that makes sense.
#[derive(Debug)]
pub(super) enum Invocation {
    Run {
        sign_in: SignIn,
        command: Vec<OsString>,
    },
    Shell {
        sign_in: SignIn,
        shell: ShellChoice,
    },
    Login {
        sign_in: SignIn,
    },
    Export {
        sign_in: SignIn,
        export: ExportChoice,
    },
    Explain {
        sign_in: SignIn,
        json: bool,
    },
    Status {
        profile: Option<String>,
        json: bool,
    },
    Clear {
        profile: Option<String>,
    },
    CredentialProcess {
        sign_in: SignIn,
    },
}

#[derive(Debug)]
pub(super) enum Parsed {
    Run(Invocation, OutputOptions),
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
    let mut definitions = definitions();
    let at = first_own_word(words, &definitions);
    let subcommand = at.and_then(|at| Subcommand::of(&words[at]));
    let mut ordered = words.to_vec();
    if let (Some(at), Some(_)) = (at, subcommand) {
        // Options mean the same before and after the subcommand's name. Behind the name, clap knows
        // all that can be said of them: which exclude each other, and which the subcommand has not.
        ordered[1..=at].rotate_right(1);
    }
    let invocation = definitions
        .try_get_matches_from_mut(ordered)
        .and_then(|matches| invocation(&matches))
        .map_err(|error| error.format(&mut definitions));
    let error = match invocation {
        Ok((Invocation::Run { command, .. }, _)) if command.is_empty() => no_command(),
        Ok((invocation, output)) => return Parsed::Run(invocation, output),
        Err(error) if !error.use_stderr() => return Parsed::Print(error.render().to_string()),
        Err(error) => match at {
            Some(at) if subcommand.is_none() => unknown_subcommand(&error, words, at),
            _ => usage_error(&error, subcommand),
        },
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

fn invocation(matches: &clap::ArgMatches) -> Result<(Invocation, OutputOptions), clap::Error> {
    let named = matches.subcommand();
    let named = named.and_then(|(name, matches)| Some((Subcommand::of(name.as_ref())?, matches)));
    let Some((subcommand, matches)) = named else {
        let RunArgs {
            sign_in,
            output,
            command,
        } = RunArgs::from_arg_matches(matches)?;
        return Ok((Invocation::Run { sign_in, command }, output));
    };
    Ok(match subcommand {
        Subcommand::Shell => {
            let ShellArgs {
                sign_in,
                shell,
                output,
            } = ShellArgs::from_arg_matches(matches)?;
            (Invocation::Shell { sign_in, shell }, output)
        }
        Subcommand::Login => {
            let LoginArgs { sign_in, output } = LoginArgs::from_arg_matches(matches)?;
            (Invocation::Login { sign_in }, output)
        }
        Subcommand::Export => {
            let ExportArgs {
                sign_in,
                export,
                output,
            } = ExportArgs::from_arg_matches(matches)?;
            (Invocation::Export { sign_in, export }, output)
        }
        Subcommand::Explain => {
            let ExplainArgs {
                sign_in,
                json,
                output,
            } = ExplainArgs::from_arg_matches(matches)?;
            (Invocation::Explain { sign_in, json }, output)
        }
        Subcommand::Status => {
            let StatusArgs {
                choice,
                json,
                output,
            } = StatusArgs::from_arg_matches(matches)?;
            let profile = choice.profile;
            (Invocation::Status { profile, json }, output)
        }
        Subcommand::Clear => {
            let ClearArgs { choice, output } = ClearArgs::from_arg_matches(matches)?;
            let profile = choice.profile;
            (Invocation::Clear { profile }, output)
        }
        Subcommand::CredentialProcess => {
            let CredentialProcessArgs { sign_in, output } =
                CredentialProcessArgs::from_arg_matches(matches)?;
            (Invocation::CredentialProcess { sign_in }, output)
        }
    })
}

/// The place of the first word before `--` that is neither an option nor the value of one.
fn first_own_word(words: &[OsString], definitions: &Command) -> Option<usize> {
    let raw = clap_lex::RawArgs::new(words);
    let mut cursor = raw.cursor();
    raw.next_os(&mut cursor); // the program's name
    while let Some(word) = raw.next(&mut cursor) {
        if word.is_escape() {
            return None;
        }
        let value_follows = if let Some((long, value)) = word.to_long() {
            value.is_none()
                && long.is_ok_and(|long| {
                    takes_value(definitions, &|option| option.get_long() == Some(long))
                })
        } else if let Some(mut shorts) = word.to_short() {
            // In `-vpNAME` what is behind an option with a value is the value.
            let mut letters = std::iter::from_fn(|| shorts.next_flag()?.ok());
            let with_value = letters.any(|letter| {
                takes_value(definitions, &|option| option.get_short() == Some(letter))
            });
            with_value && shorts.is_empty()
        } else {
            return Some(words.len() - raw.remaining(&mut cursor).count() - 1);
        };
        if value_follows && raw.peek(&cursor).is_some_and(|next| !next.is_escape()) {
            raw.next_os(&mut cursor);
        }
    }
    None
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A value for each option that takes one: what looks like a subcommand is a value all the same.
    fn value(option: &Arg) -> &'static str {
        match option.get_id().as_str() {
            "duration" | "min_ttl" => "1h",
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
            match parse(&words) {
                Parsed::Run(Invocation::Run { command: run, .. }, _) => {
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
        let Parsed::Run(Invocation::Status { profile, .. }, _) = parse(&words) else {
            panic!("it is a status");
        };
        assert_eq!(profile.as_deref(), Some("two"));
    }

    #[test]
    fn the_definitions_are_sound() {
        definitions().debug_assert();
    }
}
