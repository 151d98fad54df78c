//! One file a subcommand; each reads as the order of its effects.

pub(crate) mod choosing;
pub(crate) mod clear;
pub(crate) mod completions;
pub(crate) mod console;
pub(crate) mod credential_process;
pub(crate) mod doctor;
pub(crate) mod every_profile;
pub(crate) mod explain;
pub(crate) mod export;
pub(crate) mod keys;
pub(crate) mod login;
pub(crate) mod man;
pub(crate) mod mfa;
pub(crate) mod of_profile;
pub(crate) mod policy;
pub(crate) mod profiles;
pub(crate) mod prompt;
pub(crate) mod refresh;
pub(crate) mod regions;
pub(crate) mod run;
pub(crate) mod setup;
pub(crate) mod shell;
pub(crate) mod shell_hook;
pub(crate) mod status;
pub(crate) mod status_check;
pub(crate) mod version;
