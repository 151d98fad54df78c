//! The sessions on the way to the one that the command gets: each is made with the one before it, and
//! each is kept under an identity that covers everything it was made from.

use crate::model::origin::{Origin, Sourced};
use crate::model::session::SessionKind;
use crate::model::session::id::{KeyIdentity, provided, session_of_key};
use crate::model::settings::durations::capped;
use crate::model::settings::mfa::Mfa;
use crate::model::settings::{DEFAULT_MIN_TTL, Settings};
use crate::model::source::Source;
use crate::model::source::provider::Provider;
use crate::model::source::role::{CHAINED_DURATION, Role, SessionName};
use crate::model::time::Span;

/// The call that gets a session, with all that it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    /// Keys from a provider of temporary ones.
    Provider(Provider),
    SessionToken,
    AssumeRole {
        role: Box<Role>,
        session_name: SessionName,
    },
}

/// One session on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// How it is got.
    pub call: Call,
    pub kind: SessionKind,
    /// Its name at rest; none while the device that it depends on is not known.
    pub id: Option<String>,
    /// Seconds that it shall last, as far as STS allows.
    pub duration: u64,
    /// Whether that duration was requested, so that a shorter cached session is not reused.
    pub requested: bool,
    /// The requested duration, if it was cut to an hour: the role is assumed with temporary keys.
    pub cut: Option<Sourced<Span>>,
    /// Whether a code goes with the call.
    pub with_code: bool,
    /// Seconds that it must have left to be reused.
    pub min_ttl: u64,
    /// Whether it is kept between runs.
    pub keep: bool,
}

impl Step {
    /// The role that it assumes.
    pub fn role(&self) -> Option<&Role> {
        match &self.call {
            Call::AssumeRole { role, .. } => Some(role),
            Call::Provider(_) | Call::SessionToken => None,
        }
    }

    /// What the role's session is called, as far as it is known.
    pub fn session_name(&self, settings: &Settings) -> Option<String> {
        match &self.call {
            Call::AssumeRole { session_name, .. } => Some(settings.name_of(session_name)),
            Call::Provider(_) | Call::SessionToken => None,
        }
    }

    /// The provider that it asks.
    pub fn provider(&self) -> Option<&Provider> {
        match &self.call {
            Call::Provider(provider) => Some(provider),
            Call::AssumeRole { .. } | Call::SessionToken => None,
        }
    }
}

/// The steps of one invocation, the command's session last.
pub(crate) fn steps(settings: &Settings) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut id = source_id(settings);
    let with_device = settings.mfa().is_used();
    // STS gives more than an hour for a role only to the long-term key itself, and the code then goes
    // with AssumeRole.
    let long =
        matches!(&settings.roles[..], [role] if role.duration.value.seconds > CHAINED_DURATION);
    let direct = settings.begins_with_key() && !settings.roles.is_empty() && (long || !with_device);
    if !direct {
        steps.push(first_step(settings, id.clone()));
    }
    for (number, role) in settings.roles.iter().enumerate() {
        let session_name = settings.session_name(role);
        id = id.map(|id| role.session_id(&id, &session_name));
        let by_key = number == 0 && direct;
        let asked = &role.duration;
        let duration = match by_key {
            true => asked.value.seconds,
            false => capped(asked.value.seconds),
        };
        steps.push(Step {
            call: Call::AssumeRole {
                role: Box::new(role.clone()),
                session_name,
            },
            kind: SessionKind::Role,
            id: id.clone(),
            duration,
            requested: asked.origin != Origin::Default,
            cut: (duration < asked.value.seconds).then(|| asked.clone()),
            with_code: by_key && with_device,
            min_ttl: DEFAULT_MIN_TTL,
            keep: true,
        });
    }
    if let Some(last) = steps.last_mut() {
        last.min_ttl = settings.min_ttl.value.seconds;
    }
    steps
}

/// The step that does not assume a role.
fn first_step(settings: &Settings, id: Option<String>) -> Step {
    let requested = settings.mfa_duration.origin != Origin::Default;
    let (call, kind, requested, keep) = match &settings.source {
        // How long a provider's keys last is the provider's business.
        Source::Provider(provider) => (
            Call::Provider(provider.clone()),
            SessionKind::Provided,
            false,
            provider.is_worth_keeping(),
        ),
        Source::Key(_) | Source::KeyOfProgram { .. } => {
            let kind = match settings.mfa().is_used() {
                true => SessionKind::Mfa,
                false => SessionKind::Plain,
            };
            (Call::SessionToken, kind, requested, true)
        }
    };
    Step {
        with_code: kind == SessionKind::Mfa,
        call,
        kind,
        id,
        duration: settings.mfa_duration.value.seconds,
        requested,
        cut: None,
        min_ttl: DEFAULT_MIN_TTL,
        keep,
    }
}

/// The identity of the first session, or of the key where there is none below a role; none while the
/// device is not known.
fn source_id(settings: &Settings) -> Option<String> {
    let endpoint = settings.endpoints.sts_url(settings.partition_arn());
    let key = match &settings.source {
        Source::Provider(provider) => return Some(provided(&provider.id(), endpoint.as_deref())),
        Source::Key(key) => KeyIdentity::Key(&key.access_key_id),
        Source::KeyOfProgram { program, .. } => KeyIdentity::Program(program.id()),
    };
    let device = match settings.mfa() {
        Mfa::NotUsed => None,
        Mfa::Unknown => return None,
        Mfa::Device(serial) => Some(serial.value.as_str()),
    };
    Some(session_of_key(&key, device, endpoint.as_deref()))
}
