//! Completion of mfaexec's own command line. The scripts of `completions/` ask the program itself,
//! so that what they offer are always the words of this version and the profiles of this moment.
//!
//! The environment variable MFAEXEC_COMPLETE names the shell. Without words the script for it is
//! printed; after `--` follow the words up to the cursor, the last one being the word to complete,
//! and the candidates are printed, one a line, with a tab before what they mean. What comes after
//! the command line's own `--` never gets here: the scripts leave it to the command's completion.
//!
//! Not clap_complete's own scripts, because they fall for a profile name with a blank or a colon,
//! and because it doesn't promise that they work with the next version of the program.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;

use clap_complete::engine::{self, ArgValueCandidates, CompletionCandidate};
use clap_complete::env::{CompleteEnv, EnvCompleter, Shells};

use super::args::definitions;
use crate::edge::config_files;
use crate::edge::process::exec;
use crate::error::{Error, Result};
use crate::escape::printable;
use crate::model::child::shell::Shell;
use crate::model::config::Profiles;
use crate::model::environment::Environment;
use crate::model::prompt::method;
use crate::model::settings::regions::with_known_regions;

/// The variable that turns a call into a question of a completion script. Not clap_complete's
/// usual COMPLETE, which people may have set for something else.
const VARIABLE: &str = "MFAEXEC_COMPLETE";

const SHELLS: [&dyn EnvCompleter; 3] = [
    &CompletedShell {
        name: "bash",
        template: include_str!("complete/template.bash"),
    },
    &CompletedShell {
        name: "zsh",
        template: include_str!("complete/template.zsh"),
    },
    &CompletedShell {
        name: "fish",
        template: include_str!("complete/template.fish"),
    },
];

struct CompletedShell {
    name: &'static str,
    template: &'static str,
}

/// Answers if this call is a question for completions.
pub(super) fn answer(args: &[OsString]) -> Option<Result<()>> {
    std::env::var_os(VARIABLE)?;
    // Read before clap_complete removes the variable: no one may change the environment later.
    let env = exec::environment();
    let engine = CompleteEnv::with_factory(|| with_values(&env))
        .var(VARIABLE)
        .completer("mfaexec")
        .shells(Shells(&SHELLS));
    match engine.try_complete(args.iter().cloned(), None) {
        Ok(true) => Some(Ok(())),
        Ok(false) => None,
        Err(error) => Some(Err(Error::new(
            "there is nothing to complete",
            error.to_string().trim_start_matches("error: ").trim_end(),
            format!("unset {VARIABLE}, which the completion scripts set for a moment"),
        ))),
    }
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

impl EnvCompleter for CompletedShell {
    fn name(&self) -> &'static str {
        self.name
    }

    fn is(&self, name: &str) -> bool {
        self.name == name
    }

    fn write_registration(
        &self,
        var: &str,
        _name: &str,
        bin: &str,
        completer: &str,
        buf: &mut dyn Write,
    ) -> io::Result<()> {
        let script = self
            .template
            .replace("{{VARIABLE}}", var)
            .replace("{{COMMAND}}", bin)
            .replace("{{PROGRAM}}", completer)
            .replace(
                "{{NOTE}}",
                "Generated. To change it, see src/cli/complete.rs.",
            );
        buf.write_all(script.as_bytes())
    }

    fn write_complete(
        &self,
        cmd: &mut clap::Command,
        args: Vec<OsString>,
        current_dir: Option<&Path>,
        buf: &mut dyn Write,
    ) -> io::Result<()> {
        let at = args.len().saturating_sub(1);
        let empty = args.last().is_some_and(|word| word.is_empty());
        let mut candidates = engine::complete(cmd, args, at, current_dir)?;
        // Where a subcommand could stand, the command could begin, which is what most want.
        if empty && candidates.iter().any(is_subcommand) {
            let dashes = CompletionCandidate::new("--").help(Some("The command to run".into()));
            candidates.insert(0, dashes);
        }
        for candidate in candidates {
            let value = candidate.get_value().to_string_lossy();
            match candidate.get_help().map(ToString::to_string) {
                Some(help) => {
                    let help = help.lines().next().unwrap_or_default();
                    writeln!(buf, "{value}\t{help}")?;
                }
                None => writeln!(buf, "{value}")?,
            }
        }
        Ok(())
    }
}

fn is_subcommand(candidate: &CompletionCandidate) -> bool {
    candidate
        .get_id()
        .is_some_and(|id| id.starts_with("command::"))
}
