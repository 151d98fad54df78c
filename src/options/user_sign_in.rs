//! The options of what a user does about the own account: the sign-in of an IAM user, without roles.

use clap::Args;
use secrecy::SecretString;

use super::sign_in::{CODE, SESSION, secret};
use super::{SignIn, non_empty};
use crate::model::prompt::method::PromptMethod;

#[derive(Debug, Clone, Default, Args)]
pub(crate) struct UserSignIn {
    /// Use the IAM user whose key this profile has
    ///
    /// Of a profile with a role, it is the user at the beginning of its chain. Default: as for a run.
    #[arg(short, long, value_name = "NAME", value_parser = non_empty, help_heading = SESSION)]
    pub profile: Option<String>,
    /// Use this region for STS
    ///
    /// It also tells the partition. Default: AWS_REGION, else AWS_DEFAULT_REGION, else the region of the
    /// profile.
    #[arg(long, value_name = "REGION", value_parser = non_empty, help_heading = SESSION)]
    pub region: Option<String>,
    /// Use this MFA code; - reads one line from stdin
    ///
    /// It is needed only if no MFA session is cached. Default: MFAEXEC_CODE, else what the program of
    /// mfa_process prints, else mfaexec asks.
    #[arg(short, long, value_name = "CODE", allow_hyphen_values = true, value_parser = secret, help_heading = CODE)]
    pub code: Option<SecretString>,
    /// Ask for the code on the terminal or in a dialog
    ///
    /// Default: MFAEXEC_PROMPT, else as for a run.
    #[arg(
        long,
        value_name = "NAME",
        value_parser = PromptMethod::parse,
        conflicts_with_all = ["code", "no_input"],
        help_heading = CODE,
    )]
    pub prompt: Option<PromptMethod>,
    /// Never ask for a code; fail if one is needed
    #[arg(long, help_heading = CODE)]
    pub no_input: bool,
    /// Use this MFA device: an ARN or a serial number
    ///
    /// Default: AWS_MFA_SERIAL, else mfa_serial of the profile, else the device that IAM lists.
    #[arg(long, value_name = "SERIAL", value_parser = non_empty, help_heading = CODE)]
    pub mfa_serial: Option<String>,
}

impl UserSignIn {
    pub(crate) fn sign_in(&self) -> SignIn {
        SignIn {
            profile: self.profile.clone(),
            region: self.region.clone(),
            code: self.code.clone(),
            prompt: self.prompt.clone(),
            no_input: self.no_input,
            mfa_serial: self.mfa_serial.clone(),
            ..SignIn::default()
        }
    }
}
