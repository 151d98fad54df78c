//! What one invocation is about: options, environment and profile made into one value in which
//! every setting knows where it came from.

use std::fmt;

use super::devices::check_serial;
use super::endpoint::Endpoints;
use super::environment::Environment;
use super::exports::exports;
use super::key::{LongTermKey, long_term_key};
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
    /// Makes one value of everything that was said about the profile `name`.
    ///
    /// # Errors
    /// An unknown profile, one without a usable long-term key, and every value out of its range:
    /// all before anybody is asked for a code.
    pub fn new(
        wishes: &Wishes,
        name: Sourced<String>,
        env: &Environment,
        profiles: &Profiles,
    ) -> Result<Self> {
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
            exports: exports(env, &profile)?,
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
    if profiles.contains("default") {
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
