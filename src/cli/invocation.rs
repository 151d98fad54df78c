//! One thing to do, with the options for it: what clap has found, by the subcommand.

use std::ffi::OsString;

use clap::FromArgMatches;

use super::args::{
    ClearArgs, CompletionsArgs, ConsoleArgs, CredentialProcessArgs, DoctorArgs, ExplainArgs,
    ExportArgs, KeysArgs, LoginArgs, ManArgs, MfaArgs, OutputOptions, PolicyArgs, ProfilesArgs,
    PromptArgs, RegionsArgs, RunArgs, SetupArgs, ShellArgs, StatusArgs,
};
use super::subcommand::Subcommand;
use crate::options::{
    CompletionsChoice, ConsoleChoice, Delivery, DoctorChoice, EveryProfile, ExportChoice,
    KeysChoice, ManChoice, MfaChoice, PolicyChoice, PromptChoice, SetupChoice, SetupKind,
    ShellChoice, SignIn, StatusChoice,
};

/// A command line that makes sense.
#[derive(Debug)]
pub(super) enum Invocation {
    Run {
        sign_in: SignIn,
        delivery: Delivery,
        command: Vec<OsString>,
    },
    Shell {
        sign_in: SignIn,
        every_profile: EveryProfile,
        shell: ShellChoice,
    },
    Login {
        sign_in: SignIn,
    },
    Console {
        sign_in: SignIn,
        console: ConsoleChoice,
    },
    Export {
        sign_in: SignIn,
        export: ExportChoice,
    },
    Explain {
        sign_in: SignIn,
        json: bool,
    },
    Status {
        status: StatusChoice,
    },
    Clear {
        profile: Option<String>,
    },
    CredentialProcess {
        sign_in: SignIn,
    },
    Setup {
        what: Option<SetupKind>,
        setup: SetupChoice,
    },
    Policy {
        choice: PolicyChoice,
    },
    Regions {
        profile: Option<String>,
        json: bool,
    },
    Keys {
        choice: KeysChoice,
    },
    Mfa {
        choice: MfaChoice,
    },
    Doctor {
        choice: DoctorChoice,
    },
    Completions {
        choice: CompletionsChoice,
    },
    Man {
        choice: ManChoice,
    },
    Prompt {
        choice: PromptChoice,
    },
    Profiles {
        json: bool,
    },
    /// `--version --verbose`, which is no subcommand.
    Version,
}

impl Invocation {
    /// The profile that it is about, and whether no one may be asked.
    pub(super) fn profile_mut(&mut self) -> Option<(&mut Option<String>, bool)> {
        match self {
            // A program waits for it.
            Self::CredentialProcess { .. } => None,
            Self::Regions { profile, .. } => Some((profile, false)),
            Self::Keys { choice } => {
                let no_input = choice.user.no_input;
                Some((&mut choice.user.profile, no_input))
            }
            Self::Mfa { choice } => Some((&mut choice.profile, false)),
            Self::Doctor { choice } => Some((&mut choice.profile, false)),
            Self::Setup { setup, .. } => Some((&mut setup.profile, false)),
            _ => {
                let sign_in = self.sign_in_mut()?;
                let no_input = sign_in.no_input;
                Some((&mut sign_in.profile, no_input))
            }
        }
    }

    /// The options of a sign-in, for what may need one.
    pub(super) fn sign_in_mut(&mut self) -> Option<&mut SignIn> {
        match self {
            Self::Run { sign_in, .. }
            | Self::Shell { sign_in, .. }
            | Self::Login { sign_in }
            | Self::Console { sign_in, .. }
            | Self::Export { sign_in, .. }
            | Self::Explain { sign_in, .. }
            | Self::CredentialProcess { sign_in } => Some(sign_in),
            _ => None,
        }
    }
}

/// Fills the structs that clap derives its options from.
///
/// # Errors
/// Options that exclude each other, as clap says it.
pub(super) fn invocation(
    matches: &clap::ArgMatches,
) -> Result<(Invocation, OutputOptions), clap::Error> {
    let named = matches.subcommand();
    let named = named.and_then(|(name, matches)| Some((Subcommand::of(name.as_ref())?, matches)));
    let Some((subcommand, matches)) = named else {
        let RunArgs {
            sign_in,
            delivery,
            output,
            command,
        } = RunArgs::from_arg_matches(matches)?;
        let run = Invocation::Run {
            sign_in,
            delivery,
            command,
        };
        return Ok((run, output));
    };
    Ok(match subcommand {
        Subcommand::Shell => {
            let ShellArgs {
                shell,
                sign_in,
                every_profile,
                output,
            } = ShellArgs::from_arg_matches(matches)?;
            let shell = Invocation::Shell {
                sign_in,
                every_profile,
                shell,
            };
            (shell, output)
        }
        Subcommand::Login => {
            let LoginArgs { sign_in, output } = LoginArgs::from_arg_matches(matches)?;
            (Invocation::Login { sign_in }, output)
        }
        Subcommand::Console => {
            let ConsoleArgs {
                sign_in,
                console,
                output,
            } = ConsoleArgs::from_arg_matches(matches)?;
            (Invocation::Console { sign_in, console }, output)
        }
        Subcommand::Export => {
            let ExportArgs {
                sign_in,
                export,
                output,
            } = ExportArgs::from_arg_matches(matches)?;
            (Invocation::Export { sign_in, export }, output)
        }
        Subcommand::Explain => {
            let ExplainArgs {
                sign_in,
                json,
                output,
            } = ExplainArgs::from_arg_matches(matches)?;
            (Invocation::Explain { sign_in, json }, output)
        }
        Subcommand::Status => {
            let StatusArgs { status, output } = StatusArgs::from_arg_matches(matches)?;
            (Invocation::Status { status }, output)
        }
        Subcommand::Clear => {
            let ClearArgs { profile, output } = ClearArgs::from_arg_matches(matches)?;
            (Invocation::Clear { profile }, output)
        }
        Subcommand::Setup => {
            let SetupArgs {
                what,
                setup,
                output,
            } = SetupArgs::from_arg_matches(matches)?;
            (Invocation::Setup { what, setup }, output)
        }
        Subcommand::CredentialProcess => {
            let CredentialProcessArgs { sign_in, output } =
                CredentialProcessArgs::from_arg_matches(matches)?;
            (Invocation::CredentialProcess { sign_in }, output)
        }
        Subcommand::Policy => {
            let PolicyArgs { policy, output } = PolicyArgs::from_arg_matches(matches)?;
            (Invocation::Policy { choice: policy }, output)
        }
        Subcommand::Regions => {
            let RegionsArgs {
                profile,
                json,
                output,
            } = RegionsArgs::from_arg_matches(matches)?;
            (Invocation::Regions { profile, json }, output)
        }
        Subcommand::Keys => {
            let KeysArgs { keys, output } = KeysArgs::from_arg_matches(matches)?;
            (Invocation::Keys { choice: keys }, output)
        }
        Subcommand::Mfa => {
            let MfaArgs { mfa, output } = MfaArgs::from_arg_matches(matches)?;
            (Invocation::Mfa { choice: mfa }, output)
        }
        Subcommand::Doctor => {
            let DoctorArgs { doctor, output } = DoctorArgs::from_arg_matches(matches)?;
            (Invocation::Doctor { choice: doctor }, output)
        }
        Subcommand::Completions => {
            let CompletionsArgs {
                completions,
                output,
            } = CompletionsArgs::from_arg_matches(matches)?;
            let choice = completions;
            (Invocation::Completions { choice }, output)
        }
        Subcommand::Man => {
            let ManArgs { man, output } = ManArgs::from_arg_matches(matches)?;
            (Invocation::Man { choice: man }, output)
        }
        Subcommand::Prompt => {
            let PromptArgs { prompt, output } = PromptArgs::from_arg_matches(matches)?;
            (Invocation::Prompt { choice: prompt }, output)
        }
        Subcommand::Profiles => {
            let ProfilesArgs { profiles, output } = ProfilesArgs::from_arg_matches(matches)?;
            let json = profiles.json;
            (Invocation::Profiles { json }, output)
        }
    })
}
