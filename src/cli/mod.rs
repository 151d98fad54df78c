//! The program: the command line is parsed, the subcommand is run, and what comes back is told.

use std::ffi::OsString;
use std::io::Write;

use crate::commands;
use crate::commands::choosing::{LIST, choose_from_list, choose_unasked};
use crate::edge::output::{self, Ui};
use crate::edge::own_defaults::own_defaults;
use crate::edge::process::{exec, inherited};
use crate::edge::prompt::terminal;
use crate::edge::prompt::terminal::{modes, picture};
use crate::edge::system::memory;
use crate::error::{EXIT_OWN_FAILURE, EXIT_SUCCESS, Error, Result};
use crate::model::environment::Environment;

mod args;
mod complete;
mod foreign;
mod invocation;
mod known;
mod meant;
mod no_program;
mod option_meant;
mod option_words;
mod parse;
mod subcommand;
mod tokens;
mod usage_error;

use crate::options::{CacheMode, Delivery, EveryProfile};
use invocation::Invocation;
use parse::{Parsed, parse};
pub use subcommand::definitions;

/// Does what the command line says and gives the exit code. Does not come back from a run that
/// works: the command has taken its place.
pub fn run(words: &[OsString]) -> i32 {
    inherited::take_over();
    memory::protect();
    exec::use_own_files();
    hook_panics();
    let code = answer(words);
    // The standard library flushes at the end of its own main, and this one is the system's.
    std::io::stdout().flush().ok();
    i32::from(code)
}

fn answer(words: &[OsString]) -> u8 {
    if let Some(code) = commands::shell_hook::answer(words) {
        return code;
    }
    if let Some(answered) = complete::answer(words) {
        return exit_code(answered.map(|()| EXIT_SUCCESS), true);
    }
    match parse(words) {
        Parsed::Run(invocation, output) => {
            let runs_command = matches!(
                *invocation,
                Invocation::Run { .. } | Invocation::Shell { .. }
            );
            let command = match &*invocation {
                Invocation::Run { command, .. } => command.len(),
                _ => 0,
            };
            let ui = Ui::new(output.quiet, output.verbose);
            let done = perform(*invocation, ui);
            let done = done.map_err(|error| no_program::explained(error, words, command));
            exit_code(done, runs_command)
        }
        Parsed::Print(text) => {
            let printed = output::print(&text);
            exit_code(printed.map(|()| EXIT_SUCCESS), false)
        }
        Parsed::Invalid {
            error,
            runs_command,
        } => exit_code(Err(error), runs_command),
    }
}

/// Does it, and lets a person choose a profile where that is all that is missing.
fn perform(mut invocation: Invocation, ui: Ui) -> Result<u8> {
    let env = exec::environment();
    if let Some(sign_in) = invocation.sign_in_mut() {
        let own = own_defaults(&env)?;
        sign_in.cache = sign_in.cache.or(CacheMode::own_default(own));
    }
    if let Some((profile, no_input)) = invocation.profile_mut()
        && profile.as_deref() == Some(LIST)
    {
        *profile = Some(choose_from_list(&env, no_input, ui)?);
    }
    match perform_chosen(&invocation, &env, ui) {
        // Nothing was done yet: which profile it is, is the first thing to know.
        Err(error) if error.is_about_choice() => {
            let Some((profile, no_input)) = invocation.profile_mut() else {
                return Err(error);
            };
            *profile = Some(choose_unasked(&env, no_input, ui)?.ok_or(error)?);
            perform_chosen(&invocation, &env, ui)
        }
        done => done,
    }
}

fn perform_chosen(invocation: &Invocation, env: &Environment, ui: Ui) -> Result<u8> {
    let done: Result<()> = match invocation {
        Invocation::Run {
            sign_in,
            delivery,
            command,
        } => match delivery {
            Delivery { refresh: true, .. } => {
                let every_profile = delivery.every_profile.profiles;
                match commands::refresh::refresh(env, sign_in, every_profile, command, ui)? {}
            }
            delivery if delivery.every_profile.profiles => {
                match commands::every_profile::run(env, sign_in, command, ui)? {}
            }
            _ => match commands::run::run(env, sign_in, command, ui)? {},
        },
        Invocation::Shell {
            sign_in,
            every_profile: EveryProfile { profiles: true },
            shell,
        } => match commands::every_profile::shell(env, sign_in, shell, ui)? {},
        Invocation::Shell { sign_in, shell, .. } => {
            match commands::shell::shell(env, sign_in, shell, ui)? {}
        }
        Invocation::Login { sign_in } => commands::login::login(env, sign_in, ui),
        Invocation::Console { sign_in, console } => {
            commands::console::console(env, sign_in, console, ui)
        }
        Invocation::Export { sign_in, export } => {
            commands::export::export(env, sign_in, export, ui)
        }
        Invocation::Explain { sign_in, json } => commands::explain::explain(env, sign_in, *json),
        Invocation::Status { status } if status.check => {
            return Ok(commands::status_check::check(env, &status.sign_in(), ui));
        }
        Invocation::Status { status } => {
            commands::status::status(env, status.profile.as_deref(), status.json, ui)
        }
        Invocation::Clear { profile } => commands::clear::clear(env, profile.as_deref(), ui),
        Invocation::Setup { what, setup } => commands::setup::setup(env, *what, setup, ui),
        Invocation::CredentialProcess { sign_in } => {
            commands::credential_process::credential_process(env, sign_in, ui)
        }
        Invocation::Regions { profile, json } => {
            commands::regions::regions(env, profile.clone(), *json, ui)
        }
        Invocation::Keys { choice } => commands::keys::keys(env, choice, ui),
        Invocation::Mfa { choice } => commands::mfa::mfa(env, choice, ui),
        Invocation::Doctor { choice } => commands::doctor::doctor(env, choice, ui),
        Invocation::Completions { choice } => commands::completions::completions(env, *choice, ui),
        Invocation::Profiles { json } => commands::profiles::profiles(env, *json, ui),
        Invocation::Prompt { choice } => commands::prompt::prompt(env, *choice),
        Invocation::Man { choice } => commands::man::man(choice, ui),
        Invocation::Version => commands::version::version(env),
        Invocation::Policy { choice } => commands::policy::policy_for(env, choice),
    };
    done.map(|()| EXIT_SUCCESS)
}

/// Tells a failure. The exit code depends on whether the invocation was to run a command.
fn exit_code(result: Result<u8>, runs_command: bool) -> u8 {
    match result {
        Ok(code) => code,
        Err(error) => {
            terminal::discard_typed();
            output::error(&error);
            error.exit_code(runs_command)
        }
    }
}

/// From now on a panic in any thread puts the terminal right, names its place and ends the process
/// with the exit code of a failure of mfaexec's own.
pub fn hook_panics() {
    std::panic::set_hook(Box::new(on_panic));
}

/// Says where, never what: a message might hold a secret. The terminal is put right first.
#[expect(
    clippy::exit,
    reason = "a panic in any thread has to end with the documented exit code"
)]
fn on_panic(info: &std::panic::PanicHookInfo<'_>) {
    picture::hide_after_panic();
    modes::restore_after_panic();
    output::let_go();
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    output::error(&Error::new(
        "internal error",
        format!("a panic at {place}"),
        "please report it with this line, what you ran, and what this prints: mfaexec -V -v",
    ));
    std::process::exit(i32::from(EXIT_OWN_FAILURE));
}
