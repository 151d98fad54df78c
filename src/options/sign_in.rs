//! The options of a sign-in, which most subcommands have.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use secrecy::SecretString;

use super::non_empty;
use crate::model::own_defaults::OwnDefaults;
use crate::model::prompt::method::{self, PromptMethod};
use crate::model::settings::SessionOptions;
use crate::model::time::Span;

pub(super) const SESSION: &str = "Session";
pub(super) const CODE: &str = "Code";
const ROLE: &str = "Role";

#[derive(Debug, Clone, Default, Args)]
pub(crate) struct SignIn {
    /// Use this profile of the AWS config files
    ///
    /// Default: AWS_PROFILE, else AWS_DEFAULT_PROFILE, else the profile of the enclosing mfaexec,
    /// else a long-term key in the environment, else the profile of your own defaults, else `default`,
    /// else a list to choose from. `?` shows the list in any case.
    #[arg(short, long, value_name = "NAME", value_parser = non_empty, help_heading = SESSION)]
    pub profile: Option<String>,
    /// Request a session of this length: 8h, 90m, 3600
    ///
    /// From 15m to 36h, for a role to 12h. With this option, a cached session is reused only if it
    /// was requested for at least this long. Default: mfaexec_duration of the profile, else 4h; for
    /// a role, its duration_seconds, else 1h.
    #[arg(short, long, value_name = "TIME", value_parser = Span::parse, help_heading = SESSION)]
    pub duration: Option<Span>,
    /// Get a new session if less than this is left
    ///
    /// Default: mfaexec_min_ttl of the profile, else 1m.
    #[arg(long, value_name = "TIME", value_parser = Span::parse, help_heading = SESSION)]
    pub min_ttl: Option<Span>,
    /// Get a new session even if one is cached
    ///
    /// For a role, this is the role's session; the MFA session below it is renewed too if a code is
    /// given, with --code or MFAEXEC_CODE.
    #[arg(long, help_heading = SESSION)]
    pub fresh: bool,
    /// Use this region for STS and for the command
    ///
    /// Default: AWS_REGION, else AWS_DEFAULT_REGION, else the region of the profile.
    #[arg(long, value_name = "REGION", value_parser = non_empty, help_heading = SESSION)]
    pub region: Option<String>,
    /// How to cache sessions: encrypted, plain, none
    ///
    /// encrypted: with a key in the keyring of the kernel, on macOS in the keychain. plain: as
    /// files that only you can read. none: not at all. Default: encrypted, or plain where the key
    /// cannot be kept.
    #[arg(long, value_name = "HOW", hide_possible_values = true, help_heading = SESSION)]
    pub cache: Option<CacheMode>,
    /// Use this MFA code; - reads one line from stdin
    ///
    /// Other users see it in the list of processes, but a code works only once. Default:
    /// MFAEXEC_CODE, else what the program of mfa_process prints, else mfaexec asks.
    #[arg(short, long, value_name = "CODE", allow_hyphen_values = true, value_parser = secret, help_heading = CODE)]
    pub code: Option<SecretString>,
    /// Ask for the code on the terminal or in a dialog
    #[arg(
        long,
        value_name = "NAME",
        value_parser = PromptMethod::parse,
        long_help = prompt_help(),
        conflicts_with_all = ["code", "no_input", "without_mfa"],
        help_heading = CODE,
    )]
    pub prompt: Option<PromptMethod>,
    /// Never ask; fail if a code is needed
    ///
    /// A code from --code, MFAEXEC_CODE or mfa_process is used.
    #[arg(long, help_heading = CODE)]
    pub no_input: bool,
    /// Use this MFA device: an ARN or a serial number
    ///
    /// Virtual devices have an ARN, hardware devices a serial number. Default: AWS_MFA_SERIAL, else
    /// mfa_serial of the profile, else the device that IAM lists.
    #[arg(long, value_name = "SERIAL", value_parser = non_empty, help_heading = CODE)]
    pub mfa_serial: Option<String>,
    /// Get a session without MFA; no code is needed
    #[arg(long, conflicts_with_all = ["mfa_serial", "code"], help_heading = CODE)]
    pub without_mfa: bool,
    /// Assume this role as the last step
    ///
    /// The role comes after those of the profile.
    #[arg(long, value_name = "ARN", value_parser = non_empty, help_heading = ROLE)]
    pub role_arn: Option<String>,
    /// Name the session of the last role
    ///
    /// Default: role_session_name of the profile, else AWS_ROLE_SESSION_NAME, else the name of the
    /// IAM user.
    #[arg(long, value_name = "NAME", value_parser = non_empty, help_heading = ROLE)]
    pub role_session_name: Option<String>,
    /// Limit the role's session by a policy (JSON)
    #[arg(long, value_name = "FILE", help_heading = ROLE)]
    pub policy_file: Option<PathBuf>,
    /// Limit the role's session by a managed policy
    ///
    /// May be given several times.
    #[arg(long, value_name = "ARN", value_parser = non_empty, help_heading = ROLE)]
    pub policy_arn: Vec<String>,
}

#[derive(Debug, Clone, Copy, Default, Args)]
pub(crate) struct EveryProfile {
    /// Let the command use each profile by its name
    ///
    /// The command reads a private config file without keys. In it, each of your profiles has its
    /// own settings, and gets its session from mfaexec when the command first uses it. With -p or
    /// AWS_PROFILE, that profile is the default of the command.
    #[arg(
        long,
        conflicts_with_all = [
            "duration", "min_ttl", "fresh", "code", "mfa_serial", "without_mfa", "role_arn",
            "policy_file", "policy_arn",
        ],
        help_heading = SESSION,
    )]
    pub profiles: bool,
}

#[derive(Debug, Clone, Copy, Default, Args)]
pub(crate) struct Delivery {
    /// Renew the session for as long as the command runs
    ///
    /// The command gets no key. It asks an endpoint on 127.0.0.1, as in a container. Role sessions
    /// are renewed without a question while the MFA session lasts. When that ends, the endpoint
    /// answers with an error until you sign in on another terminal.
    #[arg(long, help_heading = SESSION)]
    pub refresh: bool,
    #[command(flatten)]
    pub every_profile: EveryProfile,
}

fn prompt_help() -> String {
    format!(
        "Ask for the code on the terminal or in a dialog\n\nOne of: {}. Default: MFAEXEC_PROMPT, \
         else the terminal, else, if there is a display, the first of these that is installed.",
        method::names_in_words()
    )
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CacheMode {
    /// With a key in the keyring
    Encrypted,
    /// As files that only you can read
    Plain,
    /// Not at all
    None,
}

impl CacheMode {
    /// What the user's own file says.
    pub(crate) fn own_default(own: &OwnDefaults) -> Option<Self> {
        let name = own.cache.as_ref()?.value;
        Self::from_str(name, false).ok()
    }
}

impl SignIn {
    /// What the rules have to know of it; `policy` is what the policy file holds.
    pub(crate) fn session_options(&self, policy: Option<String>) -> SessionOptions {
        SessionOptions {
            duration: self.duration.clone(),
            min_ttl: self.min_ttl.clone(),
            mfa_serial: self.mfa_serial.clone(),
            region: self.region.clone(),
            without_mfa: self.without_mfa,
            role_arn: self.role_arn.clone(),
            role_session_name: self.role_session_name.clone(),
            policy,
            policy_arns: self.policy_arn.clone(),
            own: OwnDefaults::default(),
        }
    }
}

pub(super) fn secret(value: &str) -> Result<SecretString, String> {
    Ok(SecretString::from(value))
}
