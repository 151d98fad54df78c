//! Long-term keys: those of profiles, and the one of an environment.

use secrecy::SecretString;

use crate::error::{Error, Result};
use crate::model::config::Profile;
use crate::model::environment::Environment;

/// An IAM user's access key.
#[derive(Debug, Clone)]
pub struct LongTermKey {
    /// `AKIA…`
    pub access_key_id: String,
    pub secret_access_key: SecretString,
    /// Where the id is written: a file and its line, or a variable.
    pub place: String,
}

/// The key of a profile, if it has one.
///
/// # Errors
/// Half of one, a temporary one, or what cannot be one.
pub(crate) fn profile_key(profile: &Profile<'_>) -> Result<Option<LongTermKey>> {
    let written = |key: &str| {
        let place = profile.place(key).unwrap_or_default();
        profile
            .get(key)
            .map(|value| Written::new(value.to_owned(), place))
    };
    let owner = format!("profile {}", profile.name());
    read_key(
        &owner,
        written("aws_access_key_id"),
        written("aws_secret_access_key"),
        // Older tools write the token by its second name, which botocore reads, too.
        written("aws_session_token").is_some() || written("aws_security_token").is_some(),
        Some(profile),
    )
}

/// The long-term key in the environment, as CI systems hand it over; none if a session is there.
///
/// # Errors
/// Half of one, or what cannot be one.
pub(crate) fn environment_key(env: &Environment) -> Result<Option<LongTermKey>> {
    let written = |name: &str| Some(Written::new(env.text(name)?, name.to_owned()));
    if env.text("AWS_SESSION_TOKEN").is_some() || env.text("AWS_SECURITY_TOKEN").is_some() {
        return Ok(None);
    }
    read_key(
        "the environment",
        written("AWS_ACCESS_KEY_ID"),
        written("AWS_SECRET_ACCESS_KEY"),
        false,
        None,
    )
}

/// A value and where it is written.
struct Written {
    value: String,
    place: String,
}

impl Written {
    fn new(value: String, place: String) -> Self {
        Self { value, place }
    }
}

fn read_key(
    owner: &str,
    id: Option<Written>,
    secret: Option<Written>,
    has_token: bool,
    profile: Option<&Profile<'_>>,
) -> Result<Option<LongTermKey>> {
    let refuse = |cause: String, remedy: &str| {
        let what = format!("{owner} cannot ask for an MFA session");
        Err(Error::new(what, cause, remedy))
    };
    let (id, secret) = match (id, secret) {
        (Some(id), Some(secret)) => (id, secret),
        (None, None) => return Ok(None),
        (Some(id), None) => return refuse(half_pair(&id.place, "secret"), HALF_PAIR),
        (None, Some(secret)) => return refuse(half_pair(&secret.place, "id"), HALF_PAIR),
    };
    if has_token || id.value.starts_with("ASIA") {
        let cause = format!("its key is temporary ({})", id.place);
        return match profile.and_then(Profile::long_term_sibling) {
            Some(name) => refuse(
                cause,
                &format!("use the profile with the long-term key: mfaexec -p {name} ..."),
            ),
            None => refuse(
                cause,
                "STS gives MFA sessions for long-term keys only: put the IAM user's own key there",
            ),
        };
    }
    // 16 to 128 word characters: IAM's pattern of an access key id.
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    if !(16..=128).contains(&id.value.len()) || !id.value.bytes().all(word) {
        return refuse(
            format!("the value at {} is not an access key id", id.place),
            "copy the key's id once more: 20 capital letters and digits",
        );
    }
    if !secret.value.bytes().all(|b| b.is_ascii_graphic()) {
        return refuse(
            format!("the value at {} is not a secret access key", secret.place),
            "copy the secret once more: 40 characters without blanks",
        );
    }
    Ok(Some(LongTermKey {
        access_key_id: id.value,
        place: id.place,
        secret_access_key: SecretString::from(secret.value),
    }))
}

const HALF_PAIR: &str = "a key has two halves: aws_access_key_id and aws_secret_access_key";

fn half_pair(place: &str, missing: &str) -> String {
    format!("half of its access key is missing, the {missing} (the other half: {place})")
}
