//! A value and who said it: every setting knows its option, its variable, or its file and line.

use std::fmt;

use crate::model::environment::Environment;

/// Where a setting came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// An option of the command line.
    Option(&'static str),
    /// A variable of the environment.
    Variable(&'static str),
    /// The profile, at this place.
    Profile(String),
    /// mfaexec's own file of defaults, at this place.
    OwnFile(String),
    /// No one said anything.
    Default,
    /// AWS said so, now or earlier.
    Discovered,
    /// STS says whose the keys are, now or earlier.
    CallerIdentity,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Option(name) | Self::Variable(name) => f.write_str(name),
            Self::Profile(place) | Self::OwnFile(place) => f.write_str(place),
            Self::Default => f.write_str("the default"),
            Self::Discovered => f.write_str("iam:ListMFADevices"),
            Self::CallerIdentity => f.write_str("sts:GetCallerIdentity"),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sourced<T> {
    pub value: T,
    pub origin: Origin,
}

impl<T> Sourced<T> {
    pub fn new(value: T, origin: Origin) -> Self {
        Self { value, origin }
    }
}

/// A variable of the environment; empty counts as unset.
pub(crate) fn env_setting(variable: &'static str, env: &Environment) -> Option<Sourced<String>> {
    Some(Sourced::new(
        env.text(variable)?,
        Origin::Variable(variable),
    ))
}
