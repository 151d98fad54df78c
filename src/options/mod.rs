//! The options of each subcommand. clap reads the command line into these types, and
//! commands use the same values, so that each option is written once.

mod action;
mod change;
mod completions;
mod console;
mod doctor;
mod export;
mod keys;
mod login_command;
mod man;
mod mfa;
mod policy;
mod profiles;
mod prompt;
mod setup;
mod shell;
mod sign_in;
mod status;
mod user_sign_in;

pub(crate) use change::ChangeChoice;
pub(crate) use completions::CompletionsChoice;
pub(crate) use console::ConsoleChoice;
pub(crate) use doctor::DoctorChoice;
pub(crate) use export::ExportChoice;
pub(crate) use keys::{KeysAction, KeysChoice, KeysTask, RotateChoice, Store};
pub(crate) use man::ManChoice;
pub(crate) use mfa::{MfaAction, MfaChoice};
pub(crate) use policy::PolicyChoice;
pub(crate) use profiles::ProfilesChoice;
pub(crate) use prompt::PromptChoice;
pub(crate) use setup::{SetupChoice, SetupKind};
pub(crate) use shell::ShellChoice;
pub(crate) use sign_in::{CacheMode, Delivery, EveryProfile, SignIn};
pub(crate) use status::StatusChoice;
pub(crate) use user_sign_in::UserSignIn;

// No comments for documentation at types that are flattened: clap would take them for the text of
// the subcommand.

/// An empty value is a variable that was not set, and would silently mean something else.
pub(crate) fn non_empty(value: &str) -> Result<String, String> {
    if value.is_empty() {
        Err("it is empty".to_owned())
    } else {
        Ok(value.to_owned())
    }
}
