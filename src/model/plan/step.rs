//! The sessions on the way to the one that the command gets: each made with the one before it, and
//! each kept under an identity that covers everything it was made from.

use crate::model::digest::digest_of;
use crate::model::origin::{Origin, Sourced};
use crate::model::session::{SessionKey, SessionKind};
use crate::model::settings::durations::capped;
use crate::model::settings::{DEFAULT_MIN_TTL, Settings};
use crate::model::source::Base;
use crate::model::source::role::CHAINED_DURATION;

/// How a session is got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// From a provider of temporary keys.
    Provider,
    /// GetSessionToken, with a code if a device has a part in it.
    SessionToken,
    /// AssumeRole for the role of that number.
    Role(usize),
}

/// One session on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// How it is got.
    pub step: Step,
    /// Its name at rest; none while the device that it depends on is not known.
    pub id: Option<String>,
    /// Seconds that it shall last, as far as STS allows.
    pub duration: u64,
    /// Whether somebody asked for that duration, so that a shorter one at hand does not do.
    pub asked: bool,
    /// The wish that was cut to an hour, as the role is assumed with temporary keys.
    pub cut: Option<Sourced<u64>>,
    /// Whether a code goes with the call.
    pub with_code: bool,
    /// Seconds that it must have left to be of use.
    pub min_ttl: u64,
    /// Whether it is kept between runs.
    pub keep: bool,
}

impl Layer {
    /// The kind of its session.
    #[must_use]
    pub fn kind(&self, settings: &Settings) -> SessionKind {
        match self.step {
            Step::Provider => SessionKind::Provided,
            Step::SessionToken if settings.uses_device() => SessionKind::Mfa,
            Step::SessionToken => SessionKind::Plain,
            Step::Role(_) => SessionKind::Role,
        }
    }
}

/// The layers of one invocation, the command's session last.
#[must_use]
pub fn layers(settings: &Settings) -> Vec<Layer> {
    let mut layers = Vec::new();
    let mut source = base_id(settings);
    let with_device = settings.uses_device();
    let key = settings.begins_with_key();
    // More than an hour is to be had for a role only from the long-term key itself, and the code
    // then goes with AssumeRole.
    let long = matches!(&settings.roles[..], [role] if role.duration.value > CHAINED_DURATION);
    let direct = key && !settings.roles.is_empty() && (long || !with_device);
    if !direct {
        let step = if key {
            Step::SessionToken
        } else {
            Step::Provider
        };
        layers.push(base_layer(settings, step, source.clone()));
    }
    for (number, role) in settings.roles.iter().enumerate() {
        let name = settings.session_name(role);
        source = source.map(|source| role.session_id(&source, &name));
        let first = number == 0 && direct;
        let wish = &role.duration;
        let duration = if first {
            wish.value
        } else {
            capped(wish.value)
        };
        layers.push(Layer {
            step: Step::Role(number),
            id: source.clone(),
            duration,
            asked: wish.origin != Origin::Default,
            cut: (duration < wish.value).then(|| wish.clone()),
            with_code: first && with_device,
            min_ttl: DEFAULT_MIN_TTL,
            keep: true,
        });
    }
    if let Some(last) = layers.last_mut() {
        last.min_ttl = settings.min_ttl.value;
    }
    layers
}

fn base_layer(settings: &Settings, step: Step, id: Option<String>) -> Layer {
    let keep = match &settings.base {
        Base::Provider(provider) => provider.kind.is_worth_keeping(),
        Base::Key(_) | Base::KeyOfProgram { .. } | Base::None => true,
    };
    Layer {
        step,
        id,
        duration: settings.base_duration.value,
        // How long a provider's keys last is the provider's business.
        asked: step == Step::SessionToken && settings.base_duration.origin != Origin::Default,
        cut: None,
        with_code: step == Step::SessionToken && settings.uses_device(),
        min_ttl: DEFAULT_MIN_TTL,
        keep,
    }
}

/// What identifies the beginning; none while the device is not known.
fn base_id(settings: &Settings) -> Option<String> {
    let endpoint = settings.endpoints.sts_url(settings.partition_arn());
    match &settings.base {
        Base::Key(key) if settings.uses_device() => Some(
            SessionKey {
                access_key_id: key.access_key_id.clone(),
                serial: settings.known_serial()?.to_owned(),
                endpoint,
            }
            .id(),
        ),
        Base::Key(key) => Some(digest_of(
            "session-without-mfa",
            &[&key.access_key_id, endpoint.as_deref().unwrap_or_default()],
        )),
        Base::KeyOfProgram { program, .. } => {
            let (purpose, serial) = match settings.uses_device() {
                true => ("mfa-session-of-program", settings.known_serial()?),
                false => ("session-of-program-without-mfa", ""),
            };
            let endpoint = endpoint.unwrap_or_default();
            Some(digest_of(purpose, &[&program.id(), serial, &endpoint]))
        }
        Base::Provider(provider) => Some(digest_of(
            "provided",
            &[&provider.id(), endpoint.as_deref().unwrap_or_default()],
        )),
        Base::None => None,
    }
}
