//! The words of the command line, made into values. No effects: help, man page and completions
//! are generated from these same definitions.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use secrecy::SecretString;

use crate::error::Error;
use crate::model::prompt::method::Way;
use crate::model::time::parse_seconds;

mod invocation;
mod usage;

pub use invocation::Invocation;
use usage::{runs_command, usage_error};

/// Run a command with an AWS session that was authenticated with MFA.
///
/// mfaexec asks for the code of your MFA device, gets a session from AWS STS and runs COMMAND with
/// that session in its environment. The session is kept, encrypted, and used again without a
/// question until it ends. The shell that you call from stays as it is.
#[derive(Debug, Parser)]
#[command(
    name = "mfaexec",
    version,
    override_usage = "mfaexec [OPTIONS] -- COMMAND [ARGS]...\n       mfaexec [OPTIONS] <SUBCOMMAND>",
    after_help = AFTER_HELP,
    disable_help_subcommand = true,
    subcommand_value_name = "SUBCOMMAND",
)]
pub struct Cli {
    /// Options before a subcommand's name mean the same as after it.
    #[command(flatten)]
    pub sign_in: SignIn,
    /// What mfaexec says.
    #[command(flatten)]
    pub output: Output,
    /// The subcommand.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The command to run and its arguments, after --
    #[arg(last = true, value_name = "COMMAND")]
    pub run: Vec<OsString>,
}

const AFTER_HELP: &str = "\
Exit codes: the command's own; 125 if mfaexec failed, 126 if the command cannot be run, 127 if it \
was not found. Subcommands that run nothing: 0, 1 failed, 2 wrong usage.

Examples:
  mfaexec -p testuser -- aws ec2 describe-regions
  mfaexec login -p testuser -d 8h";

/// What to do other than to run a command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start a shell with the session in its environment and a sign of it in its prompt
    Shell {
        #[command(flatten)]
        sign_in: SignIn,
        #[command(flatten)]
        shell: ShellChoice,
        #[command(flatten)]
        output: Output,
    },
    /// Get and keep a session, run nothing, say until when it lasts
    Login {
        #[command(flatten)]
        sign_in: SignIn,
        #[command(flatten)]
        output: Output,
    },
    /// Show what a run would do and why, without doing it and without any network
    Explain {
        #[command(flatten)]
        sign_in: SignIn,
        /// Print JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        output: Output,
    },
    /// Show the sessions at hand
    Status {
        #[command(flatten)]
        choice: Choice,
        /// Print JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        output: Output,
    },
    /// Forget sessions: all, or those that one profile uses
    Clear {
        #[command(flatten)]
        choice: Choice,
        #[command(flatten)]
        output: Output,
    },
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

/// A profile to look at.
#[derive(Debug, Clone, Default, Args)]
pub struct Choice {
    /// Only sessions that this profile uses
    #[arg(short, long, value_name = "NAME", value_parser = non_empty)]
    pub profile: Option<String>,
}

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

/// How much mfaexec says.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct Output {
    /// Say what is done and why; twice for the details of calls
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Say nothing but questions and errors
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
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

/// What parsing can come to.
#[derive(Debug)]
pub enum Words {
    /// Something to do.
    Do(Invocation, Output),
    /// Help or version, to be printed on stdout.
    Print(String),
    /// Words that make no sense, and whether they were meant to run a command.
    Wrong { error: Error, runs_command: bool },
}

/// Reads the command line, program name included.
#[must_use]
pub fn parse(args: &[OsString]) -> Words {
    // Never taken apart again: the command takes the process over, and all of this with it.
    let mut definitions = std::mem::ManuallyDrop::new(command());
    let parsed = definitions
        .try_get_matches_from_mut(args)
        .and_then(|matches| Cli::from_arg_matches(&matches))
        .map_err(|error| error.format(&mut definitions));
    match parsed {
        Ok(cli) => match cli.invocation() {
            Ok((invocation, output)) => Words::Do(invocation, output),
            Err(error) => Words::Wrong {
                error,
                runs_command: runs_command(args),
            },
        },
        Err(error) if !error.use_stderr() => Words::Print(error.render().to_string()),
        Err(error) => Words::Wrong {
            error: usage_error(&error, args),
            runs_command: runs_command(args),
        },
    }
}

/// The definitions, for help, man page and completions.
#[must_use]
pub fn command() -> clap::Command {
    Cli::command()
}

/// An empty value is a variable that was not set, and would silently mean something else.
fn non_empty(value: &str) -> Result<String, String> {
    if value.is_empty() {
        Err("it is empty".to_owned())
    } else {
        Ok(value.to_owned())
    }
}

fn secret(value: &str) -> Result<SecretString, String> {
    Ok(SecretString::from(value))
}
