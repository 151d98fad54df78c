//! The long-term key of a profile, or why the profile has none that could ask for an MFA session.

use secrecy::SecretString;

use super::profile::Profile;
use crate::error::{Error, Result};

/// An IAM user's access key.
#[derive(Debug, Clone)]
pub struct LongTermKey {
    /// `AKIA…`
    pub access_key_id: String,
    /// Its secret half.
    pub secret_access_key: SecretString,
}

/// Settings that get credentials in ways which mfaexec does not speak, and what they are for.
const OTHER_SOURCES: [(&str, &str); 7] = [
    ("sso_session", "IAM Identity Center"),
    ("sso_start_url", "IAM Identity Center"),
    ("web_identity_token_file", "a web identity"),
    ("credential_process", "another program"),
    ("login_session", "aws login"),
    ("credential_source", "the machine's metadata"),
    ("source_profile", "another profile"),
];

/// The key of a profile.
///
/// # Errors
/// The profile has none, half of one, a temporary one, or credentials of another kind.
pub fn long_term_key(profile: &Profile<'_>) -> Result<LongTermKey> {
    let name = profile.name();
    let refuse = |cause: String, remedy: &str| {
        Err(Error::new(
            format!("profile {name} cannot ask for an MFA session"),
            cause,
            remedy,
        ))
    };
    let at = |key: &str| profile.place(key).unwrap_or_default();
    if profile.get("role_arn").is_some() {
        return refuse(
            format!(
                "it assumes a role ({}), which this version does not do",
                at("role_arn")
            ),
            "use the profile that holds the access key",
        );
    }
    let (id, secret) = match (
        profile.get("aws_access_key_id"),
        profile.get("aws_secret_access_key"),
    ) {
        (Some(id), Some(secret)) => (id, secret),
        (None, None) => {
            let other = OTHER_SOURCES
                .iter()
                .find(|(key, _)| profile.get(key).is_some());
            return match other {
                Some((key, source)) => refuse(
                    format!(
                        "its credentials come from {source} ({}), not from a key",
                        at(key)
                    ),
                    "an MFA session needs the long-term access key of an IAM user",
                ),
                None => match profile.ignored() {
                    Some((place, instead)) => refuse(
                        format!("it has no access key; the section on {place} does not count"),
                        &format!("write {instead}"),
                    ),
                    None => refuse(
                        "it has no access key".to_owned(),
                        &format!("add one with: aws configure --profile {name}"),
                    ),
                },
            };
        }
        (Some(_), None) => return refuse(half_pair(&at("aws_access_key_id"), "secret"), HALF_PAIR),
        (None, Some(_)) => return refuse(half_pair(&at("aws_secret_access_key"), "id"), HALF_PAIR),
    };
    if profile.get("aws_session_token").is_some() || id.starts_with("ASIA") {
        return refuse(
            format!("its key is temporary ({})", at("aws_access_key_id")),
            "STS gives MFA sessions for long-term keys only: put the IAM user's own key there",
        );
    }
    // 16 to 128 word characters: IAM's pattern of an access key id.
    if !(16..=128).contains(&id.len())
        || !id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    {
        return refuse(
            format!(
                "what stands at {} is no access key id",
                at("aws_access_key_id")
            ),
            "copy the key's id once more: 20 capital letters and digits",
        );
    }
    if !secret.bytes().all(|b| b.is_ascii_graphic()) {
        return refuse(
            format!(
                "what stands at {} is no secret access key",
                at("aws_secret_access_key")
            ),
            "copy the secret once more: 40 characters without blanks",
        );
    }
    Ok(LongTermKey {
        access_key_id: id.to_owned(),
        secret_access_key: SecretString::from(secret),
    })
}

const HALF_PAIR: &str = "a key has two halves: aws_access_key_id and aws_secret_access_key";

fn half_pair(place: &str, missing: &str) -> String {
    format!("half of its access key is missing, the {missing} (the other half: {place})")
}
