//! What one invocation is about: options, environment and profile made into one value in which
//! every setting knows where it came from.

use std::fmt;

use secrecy::SecretString;

use super::endpoint::Endpoints;
use super::environment::Environment;
use super::profile::{Profile, Profiles};
use super::session::{MAX_DURATION, MIN_DURATION, SessionKey};
use crate::error::{Error, Kind, Result};

/// Seconds of an MFA session when nobody says otherwise: half a working day.
pub const DEFAULT_DURATION: u64 = 4 * 3600;
/// Seconds that a session must have left to be used when nobody says otherwise: enough for the
/// command to start and make its calls.
pub const DEFAULT_MIN_TTL: u64 = 60;

/// What the command line asked for, before files and environment have their say.
#[derive(Debug, Clone, Default)]
pub struct Wishes {
    /// `--profile`
    pub profile: Option<String>,
    /// `--duration`, in seconds
    pub duration: Option<u64>,
    /// `--min-ttl`, in seconds
    pub min_ttl: Option<u64>,
    /// `--mfa-serial`
    pub mfa_serial: Option<String>,
    /// `--region`
    pub region: Option<String>,
}

/// Where a setting came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// An option of the command line.
    Option(&'static str),
    /// A variable of the environment.
    Variable(&'static str),
    /// The profile, at this place.
    Profile(String),
    /// Nobody said anything.
    Default,
    /// AWS said so, now or earlier.
    Discovered,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Option(name) | Self::Variable(name) => f.write_str(name),
            Self::Profile(place) => f.write_str(place),
            Self::Default => f.write_str("the default"),
            Self::Discovered => f.write_str("iam:ListMFADevices"),
        }
    }
}

/// A value and its origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Where it came from.
    pub origin: Origin,
}

impl<T> Sourced<T> {
    /// Puts the two together.
    pub fn new(value: T, origin: Origin) -> Self {
        Self { value, origin }
    }
}

/// An IAM user's access key.
#[derive(Debug, Clone)]
pub struct LongTermKey {
    /// `AKIA…`
    pub access_key_id: String,
    /// Its secret half.
    pub secret_access_key: SecretString,
}

/// Everything that decides on the session of one invocation.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The chosen profile's name.
    pub profile: Sourced<String>,
    /// The key that asks STS.
    pub key: LongTermKey,
    /// The MFA device, unless it is still to be found out.
    pub serial: Option<Sourced<String>>,
    /// Seconds that the session shall last.
    pub duration: Sourced<u64>,
    /// Seconds that a session must have left.
    pub min_ttl: Sourced<u64>,
    /// How to reach STS and IAM.
    pub endpoints: Endpoints,
    /// What the command's environment takes over from the profile: name and value.
    pub exports: Vec<(String, String)>,
}

impl Settings {
    /// Makes one value of everything that was said.
    ///
    /// # Errors
    /// An unknown profile, one without a usable long-term key, and every value out of its range:
    /// all before anybody is asked for a code.
    pub fn new(wishes: &Wishes, env: &Environment, profiles: &Profiles) -> Result<Self> {
        let name = select_profile(wishes.profile.as_deref(), env, profiles)?;
        let profile = profiles.require(&name.value, &name.origin.to_string())?;
        let key = long_term_key(&profile)?;
        let duration = bounded_duration(wishes.duration)?;
        let min_ttl = match wishes.min_ttl {
            Some(seconds) => Sourced::new(seconds, Origin::Option("--min-ttl")),
            None => Sourced::new(DEFAULT_MIN_TTL, Origin::Default),
        };
        if min_ttl.value > duration.value {
            return Err(Error::of(
                Kind::Usage,
                "no session could be good enough",
                format!(
                    "--min-ttl asks for {} s left of a session of {} s",
                    min_ttl.value, duration.value
                ),
                "ask for a longer session with --duration, or for less with --min-ttl",
            ));
        }
        Ok(Self {
            serial: find_serial(wishes.mfa_serial.as_deref(), env, &profile)?,
            endpoints: Endpoints::new(wishes.region.as_deref(), env, &profile)?,
            exports: exports(env, &profile),
            profile: name.clone(),
            key,
            duration,
            min_ttl,
        })
    }

    /// What identifies the session that these settings ask for, with this device.
    #[must_use]
    pub fn session_key(&self, serial: &str) -> SessionKey {
        SessionKey {
            access_key_id: self.key.access_key_id.clone(),
            serial: serial.to_owned(),
            endpoint: self
                .endpoints
                .sts
                .as_ref()
                .map(|endpoint| endpoint.value.clone()),
        }
    }
}

/// The name of the profile: option, AWS_PROFILE, AWS_DEFAULT_PROFILE, the profile of the mfaexec
/// that started this process, `default`.
///
/// # Errors
/// Nothing chose one and there is no `default`.
pub fn select_profile(
    option: Option<&str>,
    env: &Environment,
    profiles: &Profiles,
) -> Result<Sourced<String>> {
    if let Some(name) = option {
        return Ok(Sourced::new(name.to_owned(), Origin::Option("--profile")));
    }
    for variable in ["AWS_PROFILE", "AWS_DEFAULT_PROFILE", "MFAEXEC_PROFILE"] {
        if let Some(name) = env.text(variable) {
            return Ok(Sourced::new(name, Origin::Variable(variable)));
        }
    }
    if profiles.get("default").is_some() {
        return Ok(Sourced::new("default".to_owned(), Origin::Default));
    }
    let names = profiles.names();
    let cause = if names.is_empty() {
        format!("there are no profiles in {}", profiles.paths())
    } else {
        format!(
            "there is no default profile; there are: {}",
            names.join(", ")
        )
    };
    Err(Error::new(
        "no profile was chosen",
        cause,
        "choose one with -p NAME or AWS_PROFILE, or add one with: aws configure",
    ))
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

fn long_term_key(profile: &Profile<'_>) -> Result<LongTermKey> {
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
                None => refuse(
                    "it has no access key".to_owned(),
                    &format!("add one with: aws configure --profile {name}"),
                ),
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

fn bounded_duration(wish: Option<u64>) -> Result<Sourced<u64>> {
    let Some(seconds) = wish else {
        return Ok(Sourced::new(DEFAULT_DURATION, Origin::Default));
    };
    if !(MIN_DURATION..=MAX_DURATION).contains(&seconds) {
        return Err(Error::of(
            Kind::Usage,
            format!("--duration {seconds}s is not possible"),
            "STS gives MFA sessions of 15 minutes to 36 hours",
            "choose one between 15m and 36h",
        ));
    }
    Ok(Sourced::new(seconds, Origin::Option("--duration")))
}

fn find_serial(
    option: Option<&str>,
    env: &Environment,
    profile: &Profile<'_>,
) -> Result<Option<Sourced<String>>> {
    let place = || profile.place("mfa_serial").unwrap_or_default();
    let serial = option
        .map(|serial| Sourced::new(serial.to_owned(), Origin::Option("--mfa-serial")))
        .or_else(|| {
            let serial = env.text("AWS_MFA_SERIAL")?;
            Some(Sourced::new(serial, Origin::Variable("AWS_MFA_SERIAL")))
        })
        .or_else(|| {
            let serial = profile.get("mfa_serial")?;
            Some(Sourced::new(serial.to_owned(), Origin::Profile(place())))
        });
    serial
        .map(|serial| check_serial(&serial).map(|()| serial))
        .transpose()
}

/// Refuses what STS would refuse after a code was typed: a serial has 9 to 256 characters of
/// `[\w+=/:,.@-]`, and neither a user nor a FIDO key is a device that STS can ask.
fn check_serial(serial: &Sourced<String>) -> Result<()> {
    let value = &serial.value;
    let refuse = |cause: &str, remedy: String| {
        let what = format!("{value} cannot be the MFA device (from {})", serial.origin);
        Err(Error::new(what, cause, remedy))
    };
    if value.starts_with("arn:") && value.contains(":user/") {
        let device = value.replacen(":user/", ":mfa/", 1);
        return refuse(
            "it is the ARN of a user, not of a device",
            format!("use the device's own ARN, perhaps {device}"),
        );
    }
    if value.starts_with("arn:") && value.contains(":u2f/") {
        return refuse(
            "it is a FIDO security key or passkey, which STS cannot ask",
            "add a virtual MFA device (an authenticator app) to the user as well".to_owned(),
        );
    }
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"_+=/:,.@-".contains(&b);
    if !(9..=256).contains(&value.len()) || !value.bytes().all(allowed) {
        return refuse(
            "a serial has 9 to 256 letters, digits and characters of _+=/:,.@-",
            "use the ARN of the virtual device, or the number on the hardware one".to_owned(),
        );
    }
    Ok(())
}

/// Settings of the chosen profile that the command would otherwise read from `[default]`, because
/// it is told no profile: variable and key.
const INHERITED: [(&str, &str); 8] = [
    (
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
        "ignore_configured_endpoint_urls",
    ),
    ("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint"),
    ("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint"),
    ("AWS_CA_BUNDLE", "ca_bundle"),
    ("AWS_STS_REGIONAL_ENDPOINTS", "sts_regional_endpoints"),
    ("AWS_RETRY_MODE", "retry_mode"),
    ("AWS_MAX_ATTEMPTS", "max_attempts"),
    ("AWS_DEFAULTS_MODE", "defaults_mode"),
];

fn exports(env: &Environment, profile: &Profile<'_>) -> Vec<(String, String)> {
    let mut exports = Vec::new();
    let mut export = |variable: String, value: &str| {
        if env.text(&variable).is_none() {
            exports.push((variable, value.to_owned()));
        }
    };
    for (variable, key) in INHERITED {
        if let Some(value) = profile.get(key) {
            export(variable.to_owned(), value);
        }
    }
    // The caller's AWS_ENDPOINT_URL goes before every endpoint of a profile; a variable made of
    // the profile's, for one service, would turn that order round.
    if env.text("AWS_ENDPOINT_URL").is_none() {
        if let Some(url) = profile.get("endpoint_url") {
            export("AWS_ENDPOINT_URL".to_owned(), url);
        }
        for (service, url) in profile.service_endpoints() {
            let service = service.to_ascii_uppercase().replace(['-', ' '], "_");
            export(format!("AWS_ENDPOINT_URL_{service}"), url);
        }
    }
    exports
}
