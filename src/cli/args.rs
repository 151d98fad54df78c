//! The definitions of the command line. Help, man page and completions come from them.

use std::ffi::OsString;

use clap::{ArgAction, Args, Parser};

use crate::options::{
    CompletionsChoice, ConsoleChoice, Delivery, DoctorChoice, EveryProfile, ExportChoice,
    KeysChoice, ManChoice, MfaChoice, PolicyChoice, ProfilesChoice, PromptChoice, SetupChoice,
    SetupKind, ShellChoice, SignIn, StatusChoice, non_empty,
};

/// Run a command with an AWS session that was authenticated with MFA.
///
/// mfaexec asks for the code of your MFA device, gets a session from AWS STS and runs COMMAND with
/// the session in its environment. It caches the session, encrypted, and reuses it until it ends.
/// The shell that you call it from is not changed.
#[derive(Debug, Parser)]
#[command(
    name = "mfaexec",
    version,
    override_usage = "mfaexec [OPTIONS] -- COMMAND [ARGS]...\n       mfaexec [OPTIONS] <SUBCOMMAND>",
    after_help = EXAMPLES,
    after_long_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"),
    disable_help_flag = true,
    disable_version_flag = true,
    propagate_version = true,
    disable_help_subcommand = true,
    subcommand_value_name = "SUBCOMMAND",
    // Of an option that is given twice the last one counts, as an alias may have the first.
    args_override_self = true,
    // parse.rs has put them behind the subcommand's name.
    args_conflicts_with_subcommands = true,
)]
pub(super) struct RunArgs {
    #[command(flatten)]
    pub(super) sign_in: SignIn,
    #[command(flatten)]
    pub(super) delivery: Delivery,
    #[command(flatten)]
    pub(super) output: OutputOptions,
    /// The command to run and its arguments, after --
    #[arg(last = true, value_name = "COMMAND")]
    pub(super) command: Vec<OsString>,
}

const EXAMPLES: &str = "\
Examples:
  mfaexec -p testuser -- aws ec2 describe-regions
  mfaexec login -p testuser -d 8h";

const EXIT_CODES: &str = "\
Exit codes:
  A command's own. 125: mfaexec failed. 126: the command cannot be run.
  127: the command was not found.
  Of subcommands that run no command, 0: done, 1: failed, 2: wrong usage.";

#[derive(Debug, Args)]
pub(super) struct ShellArgs {
    #[command(flatten)]
    pub(super) shell: ShellChoice,
    #[command(flatten)]
    pub(super) sign_in: SignIn,
    #[command(flatten)]
    pub(super) every_profile: EveryProfile,
    #[command(flatten)]
    pub(super) output: OutputOptions,
}

#[derive(Debug, Args)]
pub(super) struct LoginArgs {
    #[command(flatten)]
    pub(super) sign_in: SignIn,
    #[command(flatten)]
    pub(super) output: OutputOptions,
}

#[derive(Debug, Args)]
pub(super) struct ConsoleArgs {
    #[command(flatten)]
    pub(super) sign_in: SignIn,
    #[command(flatten)]
    pub(super) console: ConsoleChoice,
    #[command(flatten)]
    pub(super) output: OutputOptions,
}

#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    #[command(flatten)]
    pub(super) sign_in: SignIn,
    #[command(flatten)]
    pub(super) export: ExportChoice,
    #[command(flatten)]
    pub(super) output: OutputOptions,
}

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    #[command(flatten)]
    pub(super) sign_in: SignIn,
    /// Print JSON
    #[arg(long, help_heading = OUTPUT)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) output: OutputOptions,
}

#[derive(Debug, Args)]
pub(super) struct StatusArgs {
    #[command(flatten)]
    pub(super) status: StatusChoice,
    #[command(flatten)]
    pub(super) output: OutputOptions,
}

#[derive(Debug, Args)]
pub(super) struct ClearArgs {
    /// Only sessions of this profile
    ///
    /// Of a profile with a role, the session of the role. What it shares with other profiles stays.
    #[arg(short, long, value_name = "NAME", value_parser = non_empty, help_heading = "Session")]
    pub(super) profile: Option<String>,
    #[command(flatten)]
    pub(super) output: OutputOptions,
}

#[derive(Debug, Args)]
pub(super) struct PolicyArgs {
    #[command(flatten)]
    pub(super) policy: PolicyChoice,
    #[command(flatten)]
    pub(super) output: OutputOptions,
}

#[derive(Debug, Args)]
pub(super) struct RegionsArgs {
    /// Ask with the long-term key of this profile
    ///
    /// The account is that of the key, also if the profile has a role. Default: as for a run.
    #[arg(short, long, value_name = "NAME", value_parser = non_empty, help_heading = "Session")]
    pub(super) profile: Option<String>,
    /// Print JSON
    #[arg(long, help_heading = OUTPUT)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) output: OutputOptions,
}

#[derive(Debug, Args)]
pub(super) struct KeysArgs {
    #[command(flatten)]
    pub(super) keys: KeysChoice,
    #[command(flatten)]
    pub(super) output: OutputOptions,
}

#[derive(Debug, Args)]
pub(super) struct CredentialProcessArgs {
    #[command(flatten)]
    pub(super) sign_in: SignIn,
    #[command(flatten)]
    pub(super) output: OutputOptions,
}

#[derive(Debug, Args)]
pub(super) struct SetupArgs {
    /// What to set up
    #[arg(value_name = "WHAT", hide_possible_values = true)]
    pub(super) what: Option<SetupKind>,
    #[command(flatten)]
    pub(super) setup: SetupChoice,
    #[command(flatten)]
    pub(super) output: OutputOptions,
}

#[derive(Debug, Args)]
pub(super) struct MfaArgs {
    #[command(flatten)]
    pub(super) mfa: MfaChoice,
    #[command(flatten)]
    pub(super) output: OutputOptions,
}

#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    #[command(flatten)]
    pub(super) doctor: DoctorChoice,
    #[command(flatten)]
    pub(super) output: OutputOptions,
}

#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    #[command(flatten)]
    pub(super) completions: CompletionsChoice,
    #[command(flatten)]
    pub(super) output: OutputOptions,
}

#[derive(Debug, Args)]
pub(super) struct PromptArgs {
    #[command(flatten)]
    pub(super) prompt: PromptChoice,
    #[command(flatten)]
    pub(super) output: OutputOptions,
}

#[derive(Debug, Args)]
pub(super) struct ManArgs {
    #[command(flatten)]
    pub(super) man: ManChoice,
    #[command(flatten)]
    pub(super) output: OutputOptions,
}

#[derive(Debug, Args)]
pub(super) struct ProfilesArgs {
    #[command(flatten)]
    pub(super) profiles: ProfilesChoice,
    #[command(flatten)]
    pub(super) output: OutputOptions,
}

const OUTPUT: &str = "Output";

#[derive(Debug, Clone, Copy, Default, Args)]
pub(super) struct OutputOptions {
    /// Say what is done and why; -vv adds details
    #[arg(short, long, action = ArgAction::Count, help_heading = OUTPUT)]
    pub(super) verbose: u8,
    /// Print only questions, results and errors
    #[arg(short, long, conflicts_with = "verbose", help_heading = OUTPUT)]
    pub(super) quiet: bool,
    /// Print this help; --help says more than -h
    #[arg(short, long, action = ArgAction::Help, help_heading = OUTPUT)]
    help: Option<bool>,
    /// Print the version; with -v also what a report needs
    #[arg(short = 'V', long, action = ArgAction::Version, help_heading = OUTPUT)]
    version: Option<bool>,
}
