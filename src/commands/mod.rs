//! One file a subcommand; each reads as the order of its effects.

mod clear;
mod complete;
mod explain;
pub(crate) mod login;
pub(crate) mod login_line;
mod run;
mod shell;
mod shell_hook;
mod status;

use std::ffi::OsString;
use std::io::Write;

use crate::cli::{self, Invocation, Words};
use crate::edge::output::{self, Ui};
use crate::edge::process::exec;
use crate::edge::process::inherited;
use crate::edge::prompt::modes;
use crate::edge::prompt::tty;
use crate::error::{EXIT_OWN_FAILURE, EXIT_SUCCESS, Error, Kind, Result};

/// The program: reads the command line, does what it says, gives the exit code. Does not come
/// back from a run that works: the command has taken its place.
#[must_use]
pub fn main(args: &[OsString]) -> i32 {
    inherited::take_over();
    hook_panics();
    let code = answer(args);
    // Nobody else does it: this is the process's own main.
    let _nobody_reads_it = std::io::stdout().flush();
    i32::from(code)
}

fn answer(args: &[OsString]) -> u8 {
    if let Some(code) = complete::answer(args).or_else(|| shell_hook::answer(args)) {
        return code;
    }
    match cli::parse(args) {
        Words::Do(invocation, output) => {
            let runs_command = matches!(
                invocation,
                Invocation::Run { .. } | Invocation::Shell { .. }
            );
            let ui = Ui::new(output.quiet, output.verbose);
            match perform(invocation, ui) {
                Ok(()) => EXIT_SUCCESS,
                Err(error) => fail(&error, runs_command),
            }
        }
        Words::Print(text) => match print(&text) {
            Ok(()) => EXIT_SUCCESS,
            Err(error) => fail(&error, false),
        },
        Words::Wrong {
            error,
            runs_command,
        } => fail(&error, runs_command),
    }
}

fn perform(invocation: Invocation, ui: Ui) -> Result<()> {
    let env = exec::environment();
    match invocation {
        Invocation::Run { sign_in, command } => Err(run::run(&env, &sign_in, &command, ui)),
        Invocation::Shell { sign_in, shell } => Err(shell::shell(&env, &sign_in, &shell, ui)),
        Invocation::Login { sign_in } => login::login(&env, &sign_in, ui),
        Invocation::Explain { sign_in, json } => explain::explain(&env, &sign_in, json),
        Invocation::Status { profile, json } => status::status(&env, profile.as_deref(), json, ui),
        Invocation::Clear { profile } => clear::clear(&env, profile.as_deref(), ui),
    }
}

fn fail(error: &Error, runs_command: bool) -> u8 {
    tty::discard_typed();
    output::error(error);
    error.exit_code(runs_command)
}

fn print(text: &str) -> Result<()> {
    if output::output(text) {
        return Ok(());
    }
    Err(Error::of(
        Kind::Failure,
        "cannot write the result",
        "stdout is closed or full",
        "open it",
    ))
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
    modes::restore_after_panic();
    output::let_go();
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    output::error(&Error::new(
        "internal error",
        format!("a panic at {place}"),
        "please report it with this line and what you ran",
    ));
    std::process::exit(i32::from(EXIT_OWN_FAILURE));
}
