//! From the words of a command line to one thing to do: options before and after a subcommand's
//! name put together, and refused where they would mean nothing.

use std::ffi::OsString;

use super::usage::no_command;
use super::{Choice, Cli, Command, Output, ShellChoice, SignIn};
use crate::error::{Error, Kind};
use crate::model::settings::Wishes;

/// A command line that makes sense.
#[derive(Debug)]
pub enum Invocation {
    /// Run a command.
    Run {
        sign_in: SignIn,
        command: Vec<OsString>,
    },
    /// Start a shell.
    Shell { sign_in: SignIn, shell: ShellChoice },
    /// Get a session.
    Login { sign_in: SignIn },
    /// Show what a run would do.
    Explain { sign_in: SignIn, json: bool },
    /// Show sessions.
    Status { profile: Option<String>, json: bool },
    /// Forget sessions.
    Clear { profile: Option<String> },
}

impl Cli {
    /// What is to be done.
    pub(crate) fn invocation(self) -> Result<(Invocation, Output), Error> {
        let Self {
            sign_in: before,
            output,
            command,
            run,
        } = self;
        let Some(command) = command else {
            if run.is_empty() {
                return Err(no_command());
            }
            return Ok((
                Invocation::Run {
                    sign_in: before,
                    command: run,
                },
                output,
            ));
        };
        Ok(match command {
            Command::Shell {
                sign_in,
                shell,
                output: after,
            } => (
                Invocation::Shell {
                    sign_in: sign_in.or(before),
                    shell,
                },
                after.or(output),
            ),
            Command::Login {
                sign_in,
                output: after,
            } => (
                Invocation::Login {
                    sign_in: sign_in.or(before),
                },
                after.or(output),
            ),
            Command::Explain {
                sign_in,
                json,
                output: after,
            } => (
                Invocation::Explain {
                    sign_in: sign_in.or(before),
                    json,
                },
                after.or(output),
            ),
            Command::Status {
                choice,
                json,
                output: after,
            } => {
                let profile = choice.or(before, "status")?;
                (Invocation::Status { profile, json }, after.or(output))
            }
            Command::Clear {
                choice,
                output: after,
            } => {
                let profile = choice.or(before, "clear")?;
                (Invocation::Clear { profile }, after.or(output))
            }
        })
    }
}

impl SignIn {
    /// The options after a subcommand's name, completed by those before it.
    fn or(self, before: Self) -> Self {
        Self {
            profile: self.profile.or(before.profile),
            duration: self.duration.or(before.duration),
            min_ttl: self.min_ttl.or(before.min_ttl),
            fresh: self.fresh || before.fresh,
            mfa_serial: self.mfa_serial.or(before.mfa_serial),
            role_arn: self.role_arn.or(before.role_arn),
            policy_file: self.policy_file.or(before.policy_file),
            policy_arn: match self.policy_arn.is_empty() {
                true => before.policy_arn,
                false => self.policy_arn,
            },
            without_mfa: self.without_mfa || before.without_mfa,
            code: self.code.or(before.code),
            region: self.region.or(before.region),
            prompt: self.prompt.or(before.prompt),
            no_input: self.no_input || before.no_input,
            cache: self.cache.or(before.cache),
        }
    }

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

impl Choice {
    /// The profile, before or after the subcommand's name. Options for a sign-in have no meaning
    /// for `subcommand`, and what is given must mean something.
    fn or(self, before: SignIn, subcommand: &str) -> Result<Option<String>, Error> {
        let SignIn {
            profile,
            duration,
            min_ttl,
            fresh,
            mfa_serial,
            role_arn,
            policy_file,
            policy_arn,
            without_mfa,
            code,
            region,
            prompt,
            no_input,
            cache,
        } = before;
        let misplaced = [
            ("--duration", duration.is_some()),
            ("--min-ttl", min_ttl.is_some()),
            ("--fresh", fresh),
            ("--mfa-serial", mfa_serial.is_some()),
            ("--role-arn", role_arn.is_some()),
            ("--policy-file", policy_file.is_some()),
            ("--policy-arn", !policy_arn.is_empty()),
            ("--without-mfa", without_mfa),
            ("--code", code.is_some()),
            ("--region", region.is_some()),
            ("--prompt", prompt.is_some()),
            ("--no-input", no_input),
            ("--cache", cache.is_some()),
        ];
        match misplaced.iter().find(|(_, given)| *given) {
            Some((option, _)) => Err(Error::of(
                Kind::Usage,
                format!("{option} means nothing to {subcommand}"),
                "it is for getting a session",
                format!("leave it out, or see: mfaexec {subcommand} --help"),
            )),
            None => Ok(self.profile.or(profile)),
        }
    }
}

impl Output {
    fn or(self, before: Self) -> Self {
        Self {
            verbose: self.verbose + before.verbose,
            quiet: self.quiet || before.quiet,
        }
    }
}
