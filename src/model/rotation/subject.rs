//! Whose key is rotated: the long-term key that a profile has in a file or in the store.

use crate::error::{Error, Result};
use crate::model::settings::Settings;
use crate::model::source::Source;
use crate::model::source::key::LongTermKey;

/// The key that a profile begins with, if mfaexec can put another one in its place.
///
/// # Errors
/// It comes from elsewhere than from a file, or is temporary.
pub(crate) fn rotated_key(settings: &Settings) -> Result<&LongTermKey> {
    let profile = &settings.profile.value;
    let refuse = |cause: String, remedy: &str| {
        Err(Error::new(
            format!("the key of profile {profile} cannot be rotated"),
            cause,
            remedy,
        ))
    };
    match &settings.source {
        Source::Key(key) if settings.chain.is_empty() || is_variable(&key.place) => refuse(
            format!("it is in the environment ({})", key.place),
            "put it into a profile, and rotate that: aws configure --profile NAME",
        ),
        Source::Key(key) => Ok(key),
        Source::KeyOfProgram { program, .. } => refuse(
            format!("a program gives it ({})", program.place),
            "rotate it with the program that keeps it",
        ),
        Source::Provider(provider) if provider.command().is_some() => refuse(
            format!("a program gives it ({})", provider.place),
            "rotate it with the program that keeps it",
        ),
        Source::Provider(provider) => refuse(
            format!("its keys are temporary: they come from {}", provider.name()),
            "name a profile that has the key of an IAM user: mfaexec keys rotate -p NAME",
        ),
    }
}

/// Whether a place is a variable's name, and not a file with a line.
fn is_variable(place: &str) -> bool {
    !place.contains(", line ")
}
