//! The options of `mfaexec setup`.

use clap::{Args, ValueEnum};

use super::non_empty;
use super::sign_in::SESSION;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SetupKind {
    /// A profile for IDEs, SDKs and the AWS CLI
    CredentialProcess,
}

#[derive(Debug, Clone, Default, Args)]
pub(crate) struct SetupChoice {
    /// Give programs the session of this profile
    ///
    /// Default: AWS_PROFILE, else AWS_DEFAULT_PROFILE, else the profile `default`.
    #[arg(short, long, value_name = "NAME", value_parser = non_empty, help_heading = SESSION)]
    pub profile: Option<String>,
    /// Give the profile for programs this name
    ///
    /// It is another profile than the one with the key or the role: those come before
    /// credential_process. Default: the name of the profile with -mfa at its end.
    #[arg(long = "as", value_name = "NAME", value_parser = non_empty, help_heading = SETUP)]
    pub name: Option<String>,
    /// Write the lines to the config file
    ///
    /// Everything else in the file stays as it is. The file as it was is kept beside it.
    #[arg(long, help_heading = SETUP)]
    pub write: bool,
}

const SETUP: &str = "Setup";
