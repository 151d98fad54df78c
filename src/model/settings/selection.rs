//! Which profile a run is about, or that it is about none.

use crate::error::{Error, Kind, Result};
use crate::model::config::Profiles;
use crate::model::environment::Environment;
use crate::model::origin::{Origin, Sourced};
use crate::model::source::key::environment_key;
use crate::model::vars::SOURCE_KEY;

/// Whose settings count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    Profile(Sourced<String>),
    /// No one chose a profile, and the environment holds a long-term key.
    Environment,
}

/// The profile: option, AWS_PROFILE, AWS_DEFAULT_PROFILE, the profile of the mfaexec that started
/// this process; with none of these a long-term key of the environment, the user's own default, else
/// `default`.
///
/// # Errors
/// Nothing chose one and there is no `default`; half a key in the environment.
pub(crate) fn choose(
    option: Option<&str>,
    env: &Environment,
    profiles: &Profiles,
    own_default: Option<&Sourced<String>>,
) -> Result<Selection> {
    if let Some(name) = named(option, env) {
        return Ok(Selection::Profile(name));
    }
    // Inside a run that had the key from there, the session is there in its place.
    if environment_key(env)?.is_some() || env.text(SOURCE_KEY).is_some() {
        return Ok(Selection::Environment);
    }
    if let Some(name) = own_default {
        return Ok(Selection::Profile(name.clone()));
    }
    if profiles.contains("default") {
        let name = Sourced::new("default".to_owned(), Origin::Default);
        return Ok(Selection::Profile(name));
    }
    let cause = match profiles.names().is_empty() {
        true => format!("there are no profiles in {}", profiles.paths()),
        false => format!(
            "there is no default profile; there are: {}",
            profiles.listed()
        ),
    };
    let unused = unused_keys(env).map_or(String::new(), |keys| format!("; {keys} is not used"));
    let kind = match profiles.names().is_empty() {
        true => Kind::Failure,
        false => Kind::NoProfile,
    };
    Err(Error::of(
        kind,
        "no profile was chosen",
        format!("{cause}{unused}"),
        "choose one with -p NAME or AWS_PROFILE, or add one with: aws configure",
    ))
}

/// The profile that an option or a variable names.
pub(crate) fn named(option: Option<&str>, env: &Environment) -> Option<Sourced<String>> {
    if let Some(name) = option {
        return Some(Sourced::new(name.to_owned(), Origin::Option("--profile")));
    }
    let mut variables = ["AWS_PROFILE", "AWS_DEFAULT_PROFILE", "MFAEXEC_PROFILE"].into_iter();
    variables.find_map(|name| Some(Sourced::new(env.text(name)?, Origin::Variable(name))))
}

/// What the AWS CLI would use instead of the profile `default`, if no one chose one, and mfaexec
/// does not: there is nothing in it to begin an MFA session with.
pub(crate) fn unused_keys(env: &Environment) -> Option<String> {
    if let Some(id) = env.text("AWS_ACCESS_KEY_ID") {
        return Some(format!("the temporary key {id} of the environment"));
    }
    let file = "AWS_WEB_IDENTITY_TOKEN_FILE";
    let identity = env.text(file).is_some() && env.text("AWS_ROLE_ARN").is_some();
    identity.then(|| format!("the web identity of the environment ({file})"))
}
