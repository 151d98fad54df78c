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
    Profiles,
    Status,
    Clear,
    Explain,
    Console,
    Export,
    Setup,
    CredentialProcess,
    Mfa,
    Keys,
    Policy,
    Regions,
    Doctor,
    Prompt,
    Completions,
    Man,
}

impl Subcommand {
    pub(super) const ALL: [Self; 18] = [
        Self::Shell,
        Self::Login,
        Self::Profiles,
        Self::Status,
        Self::Clear,
        Self::Explain,
        Self::Console,
        Self::Export,
        Self::Setup,
        Self::CredentialProcess,
        Self::Mfa,
        Self::Keys,
        Self::Policy,
        Self::Regions,
        Self::Doctor,
        Self::Prompt,
        Self::Completions,
        Self::Man,
    ];

    pub(super) fn of(word: &OsStr) -> Option<Self> {
        Self::ALL.into_iter().find(|known| word == known.name())
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Shell => "shell",
            Self::Login => "login",
            Self::Profiles => "profiles",
            Self::Status => "status",
            Self::Clear => "clear",
            Self::Explain => "explain",
            Self::Console => "console",
            Self::Export => "export",
            Self::Setup => "setup",
            Self::CredentialProcess => "credential-process",
            Self::Mfa => "mfa",
            Self::Keys => "keys",
            Self::Policy => "policy",
            Self::Regions => "regions",
            Self::Doctor => "doctor",
            Self::Prompt => "prompt",
            Self::Completions => "completions",
            Self::Man => "man",
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
            Self::Profiles => self
                .deferred::<ProfilesArgs>("List the profiles with account, role and time left")
                .after_long_help(PROFILES),
            Self::Status => {
                self.deferred::<StatusArgs>("List the cached sessions, or say whether one is there")
            }
            Self::Clear => {
                self.deferred::<ClearArgs>("Remove cached sessions: all, or those of one profile")
            }
            Self::Explain => self
                .deferred::<ExplainArgs>("Show what a run would do and why, without any request"),
            Self::Console => {
                self.deferred::<ConsoleArgs>("Open the AWS web console with the session of a role")
            }
            Self::Export => {
                self.deferred::<ExportArgs>("Print a session for another program; a run is safer")
            }
            Self::Setup => self
                .deferred::<SetupArgs>("Print or write the config that other programs need")
                .override_usage("mfaexec setup credential-process [OPTIONS]"),
            Self::CredentialProcess => self
                .deferred::<CredentialProcessArgs>(
                    "Print the session as JSON, as credential_process wants it",
                )
                .after_long_help(FOR_SDKS),
            Self::Mfa => self
                .deferred::<MfaArgs>("Add, list and remove your MFA devices")
                .override_usage("mfaexec mfa enroll|list|resync|remove [OPTIONS]")
                .after_help(MfaChoice::EXAMPLES)
                .after_long_help(MfaChoice::EXAMPLES_AND_PERMISSIONS),
            Self::Keys => self
                .deferred::<KeysArgs>("Rotate, store, list or remove long-term keys")
                .override_usage("mfaexec keys <rotate|store|list|remove> [OPTIONS]")
                .after_long_help(KEYS),
            Self::Policy => self
                .deferred::<PolicyArgs>("Print a policy that asks for MFA, ready for IAM")
                .after_help(POLICY_EXAMPLES),
            Self::Regions => self
                .deferred::<RegionsArgs>("Show in which regions STS is on for the account")
                .after_long_help(REGIONS),
            Self::Doctor => self
                .deferred::<DoctorArgs>("Look for what is wrong: files, key, device, policy, cache")
                .after_long_help(DOCTOR),
            Self::Prompt => self.deferred::<PromptArgs>(
                "Print the sign of this session for a prompt or status line",
            ),
            Self::Completions => self
                .deferred::<CompletionsArgs>(
                    "Print the script with which a shell completes mfaexec",
                )
                .override_usage("mfaexec completions bash|zsh|fish|nu")
                .after_long_help(CompletionsChoice::EXAMPLES),
            Self::Man => self
                .deferred::<ManArgs>("Print the man page of mfaexec or of a subcommand")
                .after_help(ManChoice::EXAMPLES),
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
The AWS CLI, SDKs and IDEs run this by themselves. The line for it in
~/.aws/config comes from:
  mfaexec setup credential-process -p NAME
It never reads stdin. It asks on the terminal or in a dialog. The session has
more than 15 minutes left if there can be such a one. On a terminal, the
secrets are left out of the output.";
const POLICY_EXAMPLES: &str = "\
Examples:
  mfaexec policy mfa --action s3:Get* --max-age 1h
  mfaexec policy trust --principal 123456789012
  mfaexec policy self-service > policy.json";

const REGIONS: &str = "\
No permission is needed, and no code. mfaexec asks STS of each region for the
shortest session without MFA, and drops it. CloudTrail shows a GetSessionToken
in each region.

  on           STS gives sessions
  off          an administrator has switched STS off for the account
  not enabled  an opt-in region that the account has not enabled";

const KEYS: &str = "\
keys rotate needs these permissions with MFA, which mfaexec policy self-service
gives:
  iam:ListAccessKeys, iam:CreateAccessKey, iam:UpdateAccessKey,
  iam:DeleteAccessKey
  iam:GetAccessKeyLastUsed: shows when a key was used last; not required

keys store, list and remove need no permission, and no code.

If one is interrupted, run it again: it goes on where it was.";

const DOCTOR: &str = "\
No code is asked for, and nothing is changed, here or at AWS. With a cached
session it knows more; mfaexec login gets one. Whether the policy holds is seen
by calls that only read, of EC2, S3 and IAM.

  + ok           nothing to do
  ! warning      works, and should be looked at
  x failed       a sign-in fails, or a key is not safe; the exit code is 1
  ? not checked  the cause says why";

const PROFILES: &str = "\
No request goes out, and no code is asked for. The values are those of a run in
this environment.

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
