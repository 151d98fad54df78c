//! The subcommands: their names, and what clap needs to know of each.

use std::ffi::OsStr;

use clap::{Args, Command, CommandFactory};

use super::args::{
    ClearArgs, CompletionsArgs, ConsoleArgs, CredentialProcessArgs, DoctorArgs, ExplainArgs,
    ExportArgs, KeysArgs, LoginArgs, ManArgs, MfaArgs, PolicyArgs, ProfilesArgs, PromptArgs,
    RegionsArgs, RunArgs, SetupArgs, ShellArgs, StatusArgs,
};
use crate::options::{CompletionsChoice, ManChoice, MfaChoice};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subcommand {
    Shell,
    Login,
    Console,
    Export,
    Explain,
    Status,
    Clear,
    CredentialProcess,
    Setup,
    Policy,
    Regions,
    Keys,
    Mfa,
    Doctor,
    Completions,
    Man,
    Prompt,
    Profiles,
}

impl Subcommand {
    pub(super) const ALL: [Self; 18] = [
        Self::Shell,
        Self::Login,
        Self::Console,
        Self::Export,
        Self::Explain,
        Self::Status,
        Self::Clear,
        Self::CredentialProcess,
        Self::Setup,
        Self::Policy,
        Self::Regions,
        Self::Keys,
        Self::Mfa,
        Self::Doctor,
        Self::Completions,
        Self::Man,
        Self::Prompt,
        Self::Profiles,
    ];

    pub(super) fn of(word: &OsStr) -> Option<Self> {
        Self::ALL.into_iter().find(|known| word == known.name())
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Shell => "shell",
            Self::Login => "login",
            Self::Console => "console",
            Self::Export => "export",
            Self::Explain => "explain",
            Self::Status => "status",
            Self::Clear => "clear",
            Self::CredentialProcess => "credential-process",
            Self::Setup => "setup",
            Self::Policy => "policy",
            Self::Regions => "regions",
            Self::Keys => "keys",
            Self::Mfa => "mfa",
            Self::Doctor => "doctor",
            Self::Completions => "completions",
            Self::Man => "man",
            Self::Prompt => "prompt",
            Self::Profiles => "profiles",
        }
    }

    fn definition(self) -> Command {
        match self {
            Self::Shell => {
                self.deferred::<ShellArgs>("Start a shell with the session, which its prompt shows")
            }
            Self::Login => {
                self.deferred::<LoginArgs>("Get a session and cache it, without running a command")
            }
            Self::Console => {
                self.deferred::<ConsoleArgs>("Open the AWS web console with the session of a role")
            }
            Self::Export => self.deferred::<ExportArgs>(
                "Print a session for another program; running a command is safer",
            ),
            Self::Explain => self
                .deferred::<ExplainArgs>("Show what a run would do and why, without any request"),
            Self::Status => {
                self.deferred::<StatusArgs>("List the cached sessions, or say whether one is there")
            }
            Self::Clear => {
                self.deferred::<ClearArgs>("Remove cached sessions: all, or those of one profile")
            }
            Self::Setup => self
                .deferred::<SetupArgs>("Print or write the config that other programs need")
                .override_usage("mfaexec setup credential-process [OPTIONS]"),
            Self::CredentialProcess => self
                .deferred::<CredentialProcessArgs>(
                    "Print the session as JSON, as credential_process wants it",
                )
                .after_long_help(FOR_SDKS),
            Self::Policy => self
                .deferred::<PolicyArgs>("Print a policy that asks for MFA, ready for IAM")
                .after_help(POLICY_EXAMPLES),
            Self::Regions => self
                .deferred::<RegionsArgs>("Show in which regions STS is on for the account")
                .after_long_help(REGIONS),
            Self::Keys => self
                .deferred::<KeysArgs>("Rotate, store, list or remove long-term keys")
                .override_usage("mfaexec keys <rotate|store|list|remove> [OPTIONS]")
                .after_long_help(KEYS),
            Self::Mfa => self
                .deferred::<MfaArgs>("Add, list and remove your MFA devices")
                .override_usage("mfaexec mfa enroll|list|resync|remove [OPTIONS]")
                .after_help(MfaChoice::EXAMPLES)
                .after_long_help(MfaChoice::EXAMPLES_AND_PERMISSIONS),
            Self::Doctor => self
                .deferred::<DoctorArgs>("Look for what is wrong: files, key, device, policy, cache")
                .after_long_help(DOCTOR),
            Self::Completions => self
                .deferred::<CompletionsArgs>(
                    "Print the script with which a shell completes mfaexec",
                )
                .override_usage("mfaexec completions bash|zsh|fish|nu")
                .after_long_help(CompletionsChoice::EXAMPLES),
            Self::Prompt => self.deferred::<PromptArgs>(
                "Print the sign of this session for a prompt or status line",
            ),
            Self::Man => self
                .deferred::<ManArgs>("Print the man page of mfaexec or of a subcommand")
                .after_help(ManChoice::EXAMPLES),
            Self::Profiles => self
                .deferred::<ProfilesArgs>("List the profiles with account, role and time left")
                .after_long_help(PROFILES),
        }
    }

    /// A run pays for its own options, not for those of subcommands that no one called.
    fn deferred<A: Args>(self, about: &'static str) -> Command {
        Command::new(self.name())
            .display_name("mfaexec")
            .about(about)
            .defer(|command| {
                // What clap finds written at the flattened types is not about the subcommand.
                let about = command.get_about().cloned().unwrap_or_default();
                A::augment_args(command).about(about)
            })
    }
}

const FOR_SDKS: &str = "\
The AWS CLI, SDKs and IDEs run this by themselves. The line for it in ~/.aws/config comes from:
  mfaexec setup credential-process -p NAME
It never reads stdin. It asks on the terminal or in a dialog. The session has more than 15 minutes
left if there can be such a one. On a terminal, the secrets are left out of the output.";
const POLICY_EXAMPLES: &str = "\
Examples:
  mfaexec policy mfa --action s3:Get* --max-age 1h
  mfaexec policy trust --principal 123456789012
  mfaexec policy self-service > policy.json";

const REGIONS: &str = "\
No permission is needed, and no code. mfaexec asks STS of each region for the shortest session without
MFA, and drops it. CloudTrail shows a GetSessionToken in each region.

  on           STS gives sessions
  off          an administrator has switched STS off for the account
  not enabled  an opt-in region that the account has not enabled";

const KEYS: &str = "\
keys rotate needs these permissions with MFA, which mfaexec policy self-service gives:
  iam:ListAccessKeys, iam:CreateAccessKey, iam:UpdateAccessKey, iam:DeleteAccessKey
  iam:GetAccessKeyLastUsed, to show when a key was used last; without it, mfaexec does not show it

keys store, list and remove need no permission, and no code.

If one is interrupted, run it again: it goes on where it was.";

const DOCTOR: &str = "\
No code is asked for, and nothing is changed, here or at AWS. With a cached session it knows more;
mfaexec login gets one. Whether the policy holds is seen by calls that only read, of EC2, S3 and IAM.

  + ok           nothing to do
  ! warning      works, and should be looked at
  x failed       a sign-in fails, or a key is not safe; the exit code is 1
  ? not checked  the cause says why";

const PROFILES: &str = "\
No request goes out, and no code is asked for. The values are those of a run in this environment.

  SOURCE  whose keys it begins with
  DEVICE  the MFA device; ask IAM: the next sign-in looks it up
  LASTS   how long a new session lasts
  LEFT    what is left of the cached session

A profile that no run can use is at the end, with its line and the reason.";

/// The whole command line. The options of a subcommand are defined once clap builds it.
pub fn definitions() -> Command {
    run_definitions().subcommands(Subcommand::ALL.iter().map(|of| of.definition()))
}

/// A line that runs a command, without the subcommands.
pub(super) fn run_definitions() -> Command {
    RunArgs::command()
}
