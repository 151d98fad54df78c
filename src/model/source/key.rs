//! Long-term keys: those of profiles, and the one of an environment.

use secrecy::SecretString;

use crate::error::{Error, Result};
use crate::escape::shell_word;
use crate::model::config::{Profile, Profiles};
use crate::model::environment::Environment;

/// An IAM user's access key.
#[derive(Debug, Clone)]
pub struct LongTermKey {
    /// `AKIA…`
    pub access_key_id: String,
    /// None as long as the key is in the store of keys, which is opened only for a key that has to sign.
    pub secret_access_key: Option<SecretString>,
    /// Where the id is written: a file and its line, or a variable.
    pub place: String,
}

/// The two halves of a key in the files of AWS.
pub(crate) const ACCESS_KEY_ID: &str = "aws_access_key_id";
pub(crate) const SECRET_ACCESS_KEY: &str = "aws_secret_access_key";

/// The setting that has the id of a stored key. No other tool reads it, so none fails for it; and a run
/// that finds its session in the cache learns from a file that it reads anyway what the session is kept
/// under.
pub(crate) const STORED_KEY: &str = "mfaexec_stored_key";

/// The key of a profile, if it has one. One in the files of AWS comes first: there other tools find it,
/// and one profile must not be two users.
///
/// # Errors
/// Half of one, a temporary one, or what cannot be one.
pub(crate) fn profile_key(profile: &Profile<'_>) -> Result<Option<LongTermKey>> {
    match (key_of_files(profile), stored_key(profile)?) {
        (Ok(None) | Err(_), Some(stored)) => Ok(Some(stored)),
        (of_files, _) => of_files,
    }
}

/// The key of a profile that is in the store of keys, without its secret.
///
/// # Errors
/// What cannot be the id of one.
pub(crate) fn stored_key(profile: &Profile<'_>) -> Result<Option<LongTermKey>> {
    let Some(id) = profile.get(STORED_KEY) else {
        return Ok(None);
    };
    let place = profile.place(STORED_KEY).unwrap_or_default();
    if !is_key_id(id) || id.starts_with(TEMPORARY) {
        let name = profile.name();
        return Err(Error::new(
            format!("profile {name} cannot ask for an MFA session"),
            format!("{STORED_KEY} is not the id of a long-term key ({place})"),
            format!("remove the line, and store the key again: mfaexec keys store -p {name}"),
        ));
    }
    Ok(Some(LongTermKey {
        access_key_id: id.to_owned(),
        secret_access_key: None,
        place,
    }))
}

/// The names of the profiles whose key is stored under this id.
pub(crate) fn profiles_with_stored_key(profiles: &Profiles, id: &str) -> Vec<String> {
    let names = profiles.names().into_iter().filter(|name| {
        let profile = profiles.get(name).ok().flatten();
        profile.is_some_and(|profile| profile.get(STORED_KEY) == Some(id))
    });
    names.map(str::to_owned).collect()
}

/// What a person has to know of a profile that has a key in the files of AWS beside a stored one.
pub(crate) fn beside_stored_key(profile: &Profile<'_>) -> Option<String> {
    let stored = profile.get(STORED_KEY)?;
    let halves = [ACCESS_KEY_ID, SECRET_ACCESS_KEY];
    let place = halves.iter().find_map(|half| profile.place(half))?;
    let store = format!("mfaexec keys store -p {}", shell_word(profile.name()));
    Some(match key_of_files(profile) {
        Ok(Some(key)) if key.access_key_id == stored => {
            format!(
                "the key {stored} is stored, and unencrypted in {place} too: {store} removes it there"
            )
        }
        Ok(Some(_)) => format!(
            "the stored key {stored} is not used: the key in {place} comes first, as other tools use it; \
             {store} stores that one instead"
        ),
        Ok(None) | Err(_) => {
            format!("the stored key {stored} is used, and not what is left of a key in {place}")
        }
    })
}

/// The key of a profile that is in the files of AWS.
///
/// # Errors
/// As [`profile_key`].
pub(crate) fn key_of_files(profile: &Profile<'_>) -> Result<Option<LongTermKey>> {
    let written = |key: &str| {
        let place = profile.place(key).unwrap_or_default();
        profile
            .get(key)
            .map(|value| WrittenValue::new(value.to_owned(), place))
    };
    let owner = format!("profile {}", profile.name());
    read_key(
        &owner,
        written(ACCESS_KEY_ID),
        written(SECRET_ACCESS_KEY),
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
    let written = |name: &str| Some(WrittenValue::new(env.text(name)?, name.to_owned()));
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
struct WrittenValue {
    value: String,
    place: String,
}

impl WrittenValue {
    fn new(value: String, place: String) -> Self {
        Self { value, place }
    }
}

fn read_key(
    owner: &str,
    id: Option<WrittenValue>,
    secret: Option<WrittenValue>,
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
    if has_token || id.value.starts_with(TEMPORARY) {
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
    if !is_key_id(&id.value) {
        return refuse(
            format!("the value at {} is not an access key id", id.place),
            "copy the key's id once more: 20 capital letters and digits",
        );
    }
    if !is_secret(&secret.value) {
        return refuse(
            format!("the value at {} is not a secret access key", secret.place),
            "copy the secret once more: 40 characters without blanks",
        );
    }
    Ok(Some(LongTermKey {
        access_key_id: id.value,
        place: id.place,
        secret_access_key: Some(SecretString::from(secret.value)),
    }))
}

/// How the ids of temporary keys begin (IAM user guide).
const TEMPORARY: &str = "ASIA";

/// 16 to 128 word characters: IAM's pattern of an access key id.
pub(crate) fn is_key_id(id: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    (16..=128).contains(&id.len()) && id.bytes().all(word)
}

/// Whether a text could be the secret of a key.
pub(crate) fn is_secret(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic())
}

const HALF_PAIR: &str = "a key has two halves: aws_access_key_id and aws_secret_access_key";

fn half_pair(place: &str, missing: &str) -> String {
    format!("half of its access key is missing, the {missing} (the other half: {place})")
}
