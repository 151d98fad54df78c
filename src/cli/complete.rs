//! Completion of mfaexec's own command line. The scripts of `completions/` ask the program itself,
//! so that what they offer are always the words of this version and the profiles of this moment.
//!
//! The environment variable MFAEXEC_COMPLETE names the shell. After `--` follow the words up to the
//! cursor, the last one being the word to complete, and the candidates are printed, one a line, with a
//! tab before what they mean. What comes after the command line's own `--` never gets here: the scripts
//! leave it to the command's completion.
//!
//! Not clap_complete's own scripts, because they fall for a profile name with a blank or a colon,
//! and because it doesn't promise that they work with the next version of the program.

use std::ffi::OsString;

use clap_complete::engine::{self, ArgValueCandidates, CompletionCandidate};

use super::args::definitions;
use crate::edge::config_files;
use crate::edge::output;
use crate::edge::process::exec;
use crate::error::{Error, Result};
use crate::escape::printable;
use crate::model::child::shell::Shell;
use crate::model::config::Profiles;
use crate::model::environment::Environment;
use crate::model::packaged::CompletedShell;
use crate::model::prompt::method;
use crate::model::settings::regions::with_known_regions;

/// The variable that turns a call into a question of a completion script. Not COMPLETE, which other
/// programs use, and which people may have set for one of them.
const VARIABLE: &str = "MFAEXEC_COMPLETE";

/// Answers if this call is a question for completions.
pub(super) fn answer(args: &[OsString]) -> Option<Result<()>> {
    let env = exec::environment();
    let shell = env.text(VARIABLE).filter(|shell| shell != "0")?;
    let asks = CompletedShell::ALL
        .iter()
        .any(|known| known.name() == shell);
    match args {
        [_, dashes, words @ ..] if asks && dashes == "--" && !words.is_empty() => {
            Some(offer(words, &env))
        }
        _ => Some(Err(Error::new(
            "there is nothing to complete",
            format!("{VARIABLE} is {shell}, and only a completion script sets it, for a moment"),
            format!("unset {VARIABLE}; mfaexec completions bash"),
        ))),
    }
}

fn offer(words: &[OsString], env: &Environment) -> Result<()> {
    let at = words.len() - 1;
    let here = std::env::current_dir().ok();
    let candidates = engine::complete(&mut with_values(env), words.to_vec(), at, here.as_deref());
    // A question in the middle of a line is no place for an error.
    let mut candidates = candidates.unwrap_or_default();
    // Where a subcommand could follow, the command could begin, which is what most want.
    if words[at].is_empty() && candidates.iter().any(is_subcommand) {
        let dashes = CompletionCandidate::new("--").help(Some("The command to run".into()));
        candidates.push(dashes);
    }
    let lines = candidates.iter().map(line);
    output::print(&lines.collect::<String>())
}
/// The definitions of the command line, with what the config files know for the options that name
/// something in them.
fn with_values(env: &Environment) -> clap::Command {
    fn add_to(command: clap::Command, env: &Environment) -> clap::Command {
        command
            .mut_args(|arg| {
                let known: fn(&Profiles) -> Vec<String> = match arg.get_id().as_str() {
                    "profile" => |profiles| profiles.names().into_iter().map(Into::into).collect(),
                    "role_arn" => |profiles| profiles.values("role_arn"),
                    "mfa_serial" => |profiles| profiles.values("mfa_serial"),
                    "region" => |profiles| with_known_regions(profiles.values("region")),
                    "shell" => |_| Shell::PROGRAMS.map(|(name, _)| name.to_owned()).into(),
                    "prompt" => |_| method::names().map(str::to_owned).collect(),
                    _ => return arg,
                };
                let env = env.clone();
                arg.add(ArgValueCandidates::new(move || candidates(&env, known)))
            })
            .mut_subcommands(|subcommand| add_to(subcommand, env))
    }
    let mut all = definitions();
    all.build();
    add_to(all, env)
}

/// What the config files know; nothing if they cannot be read, because a question in the middle of
/// a line is no place for an error.
fn candidates(env: &Environment, known: fn(&Profiles) -> Vec<String>) -> Vec<CompletionCandidate> {
    let profiles = config_files::read(env).and_then(Profiles::parse);
    let values = profiles.as_ref().map(known).unwrap_or_default();
    values
        .into_iter()
        // The answer has a line for each, and not every shell escapes what it shows: a name that
        // looks like another one, or moves the cursor, is not offered.
        .filter(|name| printable(name) == *name)
        .map(CompletionCandidate::new)
        .collect()
}

/// `VALUE<tab>MEANING`
fn line(candidate: &CompletionCandidate) -> String {
    let value = candidate.get_value().to_string_lossy();
    let meaning = candidate.get_help().map(ToString::to_string);
    match meaning.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")) {
        Some(meaning) if !meaning.is_empty() => format!("{value}\t{meaning}\n"),
        _ => format!("{value}\n"),
    }
}

fn is_subcommand(candidate: &CompletionCandidate) -> bool {
    candidate
        .get_id()
        .is_some_and(|id| id.starts_with("command::"))
}
