//! The options of a sign-in and of a shell. clap reads the command line into these types, and
//! commands use the same values, so that each option is written once.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use secrecy::SecretString;

use crate::model::prompt::method::Way;
use crate::model::settings::Wishes;
use crate::model::time::parse_seconds;

mod login_command;

/// Everything that decides on a session.
#[derive(Debug, Clone, Default, Args)]
pub struct SignIn {
    /// The profile of the AWS config files [default: AWS_PROFILE, AWS_DEFAULT_PROFILE, the profile of
    /// the mfaexec around this one, else a key in the environment, else default]
    #[arg(short, long, value_name = "NAME", value_parser = non_empty)]
    pub profile: Option<String>,
    /// How long a new session lasts: 4h, 90m, or seconds; 15m to 36h, of a role to 12h [default:
    /// the profile's mfaexec_duration, else 4h; of a role its duration_seconds, else 1h]
    #[arg(short, long, value_name = "TIME", value_parser = parse_seconds)]
    pub duration: Option<u64>,
    /// Get a new session if less than this is left of the one at hand [default: the profile's
    /// mfaexec_min_ttl, else 1m]
    #[arg(long, value_name = "TIME", value_parser = parse_seconds)]
    pub min_ttl: Option<u64>,
    /// Get a new session in any case
    #[arg(long)]
    pub fresh: bool,
    /// The MFA device: its ARN, or a hardware device's number [default: AWS_MFA_SERIAL, else the
    /// profile's mfa_serial, else what IAM knows]
    #[arg(long, value_name = "SERIAL", value_parser = non_empty)]
    pub mfa_serial: Option<String>,
    /// Assume this role at the end, which no profile has to name
    #[arg(long, value_name = "ARN", value_parser = non_empty)]
    pub role_arn: Option<String>,
    /// A file with a session policy (JSON) that narrows what the role's session may do
    #[arg(long, value_name = "FILE")]
    pub policy_file: Option<PathBuf>,
    /// A managed policy that narrows what the role's session may do; can be given several times
    #[arg(long, value_name = "ARN", value_parser = non_empty)]
    pub policy_arn: Vec<String>,
    /// Ask for no code: a session that was not authenticated with MFA
    #[arg(long, conflicts_with_all = ["mfa_serial", "code"])]
    pub without_mfa: bool,
    /// The code of the device; - reads a line of stdin [default: MFAEXEC_CODE, else what
    /// mfa_process prints, else a question]. Visible to others in the list of processes, but works only once
    #[arg(short, long, value_name = "CODE", allow_hyphen_values = true, value_parser = secret)]
    pub code: Option<SecretString>,
    /// The region for STS and for the command [default: AWS_REGION, AWS_DEFAULT_REGION, else the
    /// profile's]
    #[arg(long, value_name = "REGION", value_parser = non_empty)]
    pub region: Option<String>,
    /// How to ask for the code: terminal, pinentry, pinentry-NAME, zenity, kdialog, osascript, or the
    /// absolute path of such a program [default: MFAEXEC_PROMPT, else the terminal, else the first of
    /// these that is installed, if there is a display]
    #[arg(long, value_name = "NAME", value_parser = Way::parse, conflicts_with_all = ["code", "no_input", "without_mfa"])]
    pub prompt: Option<Way>,
    /// Never ask: fail if a code is needed and none was given
    #[arg(long)]
    pub no_input: bool,
    /// How sessions are kept between runs [default: encrypted where the system has a keyring,
    /// else plain]
    #[arg(long, value_name = "HOW")]
    pub cache: Option<CacheMode>,
}

/// Which shell, and how it looks.
#[derive(Debug, Clone, Default, Args)]
pub struct ShellChoice {
    /// The shell, by name or path: bash, zsh, fish, nu, dash, sh; others start as they are
    /// [default: SHELL, else /bin/sh]
    #[arg(long, value_name = "SHELL", value_parser = non_empty)]
    pub shell: Option<String>,
    /// Leave the prompt alone
    #[arg(long)]
    pub no_prompt: bool,
}

/// How sessions are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CacheMode {
    /// Encrypted, with a key that only the running system has
    Encrypted,
    /// As they are, readable by you alone
    Plain,
    /// Not at all
    None,
}

impl SignIn {
    /// What the rules have to know of it; `policy` is what the policy file holds.
    #[must_use]
    pub fn wishes(&self, policy: Option<String>) -> Wishes {
        Wishes {
            duration: self.duration,
            min_ttl: self.min_ttl,
            mfa_serial: self.mfa_serial.clone(),
            region: self.region.clone(),
            without_mfa: self.without_mfa,
            role_arn: self.role_arn.clone(),
            policy,
            policy_arns: self.policy_arn.clone(),
        }
    }
}

/// An empty value is a variable that was not set, and would silently mean something else.
pub(crate) fn non_empty(value: &str) -> Result<String, String> {
    if value.is_empty() {
        Err("it is empty".to_owned())
    } else {
        Ok(value.to_owned())
    }
}

fn secret(value: &str) -> Result<SecretString, String> {
    Ok(SecretString::from(value))
}
