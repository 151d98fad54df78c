//! Every profile of the files, with what can be told of it without a call: what `mfaexec profiles` shows,
//! and the list to choose one from. A profile that a run would refuse is one of them, with the reason.

use serde_json::{Value, json};

use crate::error::Error;
use crate::model::arn::{account_of_arn, role_name};
use crate::model::plan::step::{Call, steps};
use crate::model::session::Session;
use crate::model::settings::Settings;
use crate::model::settings::mfa::Mfa;
use crate::model::source::Source;
use crate::model::source::provider::ProviderKind;
use crate::model::time::Timestamp;

/// A profile by its name.
#[derive(Debug)]
pub(crate) struct Listed {
    pub(crate) name: String,
    pub(crate) what: Result<Usable, Broken>,
}

/// A profile that a run could use.
#[derive(Debug)]
pub(crate) struct Usable {
    pub(crate) account: Option<String>,
    /// The last role that is assumed.
    pub(crate) role_arn: Option<String>,
    pub(crate) source: SourceKind,
    pub(crate) mfa: Mfa,
    pub(crate) region: Option<String>,
    /// The names of the profiles on the way to the keys, this one first.
    pub(crate) chain: Vec<String>,
    /// Seconds that a new session lasts; none where that is up to the provider.
    pub(crate) duration: Option<u64>,
    pub(crate) cached: Option<Cached>,
    pub(crate) notices: Vec<String>,
}

/// The cached session of a profile, without what is secret.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cached {
    pub(crate) obtained_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    /// By AWS's clock, in seconds.
    pub(crate) left: u64,
}

/// A profile that a run would refuse: why, and where it begins.
#[derive(Debug)]
pub(crate) struct Broken {
    pub(crate) error: Error,
    pub(crate) place: String,
}

/// Whose keys a profile begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SourceKind {
    LongTermKey,
    StoredKey,
    IdentityCenter,
    WebIdentity,
    CredentialProcess,
    Login,
    Environment,
    Ec2,
    Container,
}

impl SourceKind {
    fn of(source: &Source) -> Self {
        let provider = match source {
            Source::Key(key) if key.secret_access_key.is_none() => return Self::StoredKey,
            Source::Key(key) if key.place == "AWS_ACCESS_KEY_ID" => return Self::Environment,
            Source::Key(_) => return Self::LongTermKey,
            Source::KeyOfProgram { program, .. } => program,
            Source::Provider(provider) => provider,
        };
        match provider.kind {
            ProviderKind::Sso(_) => Self::IdentityCenter,
            ProviderKind::WebIdentity { .. } => Self::WebIdentity,
            ProviderKind::Process { .. } => Self::CredentialProcess,
            ProviderKind::Login { .. } => Self::Login,
            ProviderKind::Environment { .. } => Self::Environment,
            ProviderKind::Ec2 { .. } => Self::Ec2,
            ProviderKind::Ecs { .. } => Self::Container,
        }
    }

    /// For a column.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::LongTermKey => "key",
            Self::StoredKey => "stored key",
            Self::IdentityCenter => "SSO",
            Self::WebIdentity => "web identity",
            Self::CredentialProcess => "process",
            Self::Login => "aws login",
            Self::Environment => "environment",
            Self::Ec2 => "EC2",
            Self::Container => "container",
        }
    }

    fn tag(self) -> &'static str {
        match self {
            Self::LongTermKey => "long_term_key",
            Self::StoredKey => "stored_key",
            Self::IdentityCenter => "sso",
            Self::WebIdentity => "web_identity",
            Self::CredentialProcess => "credential_process",
            Self::Login => "login",
            Self::Environment => "environment",
            Self::Ec2 => "ec2",
            Self::Container => "container",
        }
    }
}

impl Usable {
    /// What the settings tell. `cached` finds a session by what identifies it.
    pub(crate) fn of<'s>(
        settings: &Settings,
        now: Timestamp,
        cached: impl Fn(&str) -> Option<&'s Session>,
    ) -> Self {
        // Whether a program gives a long-term key is known once it has run. The session tells, too.
        let with_key = settings.with_key_of_program();
        let ways = [with_key.as_ref(), Some(settings)].into_iter().flatten();
        let last = ways.filter_map(|settings| steps(settings).pop());
        let last: Vec<_> = last.collect();
        let session = last
            .iter()
            .filter(|step| step.keep)
            .find_map(|step| cached(step.id.as_deref()?));
        let duration = last.last().and_then(|step| match step.call {
            Call::Provider(_) => None,
            Call::SessionToken | Call::AssumeRole { .. } => Some(step.duration),
        });
        let is_used = settings.begins_with_key() || session.is_some_and(|s| s.serial.is_some());
        Self {
            account: account(settings, session),
            role_arn: role_arn(settings),
            source: SourceKind::of(&settings.source),
            mfa: match is_used {
                true => settings.mfa_of_key().clone(),
                false => Mfa::NotUsed,
            },
            region: settings.endpoints.region.clone().map(|region| region.value),
            chain: settings.chain.clone(),
            duration,
            cached: session.map(|session| Cached {
                obtained_at: session.obtained_at,
                expires_at: session.expires_at,
                left: session.left(now),
            }),
            notices: settings.notices.clone(),
        }
    }

    /// The name of the last role.
    pub(crate) fn role(&self) -> Option<&str> {
        self.role_arn.as_deref().map(role_name)
    }

    /// The device by its short name: that of a virtual device, or the number of another one.
    pub(crate) fn device(&self) -> Option<&str> {
        let serial = self.mfa.serial()?;
        Some(serial.rsplit_once(":mfa/").map_or(serial, |(_, name)| name))
    }
}

/// The role that the command has: the last one of the chain, or that of the provider.
fn role_arn(settings: &Settings) -> Option<String> {
    if let Some(role) = settings.roles.last() {
        return Some(role.arn.value.clone());
    }
    match &settings.source {
        Source::Provider(provider) => match &provider.kind {
            ProviderKind::WebIdentity { role_arn, .. } => Some(role_arn.clone()),
            // The role of a permission set has a name that only AWS knows; people know this one.
            ProviderKind::Sso(sso) => Some(sso.role_name.clone()),
            _ => None,
        },
        Source::Key(_) | Source::KeyOfProgram { .. } => None,
    }
}

/// The account, from what says it the most surely.
fn account(settings: &Settings, session: Option<&Session>) -> Option<String> {
    let of_arn = |arn: &str| account_of_arn(arn).map(str::to_owned);
    let of_provider = || match &settings.source {
        Source::Provider(provider) => match &provider.kind {
            ProviderKind::Sso(sso) => Some(sso.account_id.clone()),
            ProviderKind::WebIdentity { role_arn, .. } => of_arn(role_arn),
            ProviderKind::Login { session } => of_arn(session),
            _ => None,
        },
        Source::Key(_) | Source::KeyOfProgram { .. } => None,
    };
    if let Some(role) = settings.roles.last() {
        return of_arn(&role.arn.value);
    }
    let of_session = session.and_then(|session| session.account.clone());
    let of_device = || settings.device().and_then(of_arn);
    let expected = || {
        let expected = settings.guards.expected_account.as_ref();
        expected.map(|account| account.value.clone())
    };
    of_session
        .or_else(of_provider)
        .or_else(of_device)
        .or_else(expected)
}

pub(crate) fn to_json(profiles: &[Listed]) -> String {
    let profiles: Vec<Value> = profiles
        .iter()
        .map(|profile| match &profile.what {
            Ok(usable) => of_usable(&profile.name, usable),
            Err(broken) => of_broken(&profile.name, broken),
        })
        .collect();
    format!("{:#}\n", json!({ "profiles": profiles }))
}

fn of_usable(name: &str, usable: &Usable) -> Value {
    let cached = usable.cached.as_ref();
    json!({
        "profile": name,
        "account": usable.account,
        "role_arn": usable.role_arn.as_deref().filter(|arn| arn.starts_with("arn:")),
        "role": usable.role(),
        "source": usable.source.tag(),
        "chain": usable.chain,
        "mfa": match usable.mfa {
            Mfa::NotUsed => "not_used",
            Mfa::Unknown => "unknown_device",
            Mfa::Device(_) => "device",
        },
        "mfa_serial": usable.mfa.serial(),
        "region": usable.region,
        "duration_seconds": usable.duration,
        "expires_at": cached.map(|cached| cached.expires_at.to_string()),
        "seconds_left": cached.map(|cached| cached.left),
        "notices": usable.notices,
        "error": null,
    })
}

fn of_broken(name: &str, broken: &Broken) -> Value {
    let [what, cause, remedy] = broken.error.parts();
    let error = json!({ "place": broken.place, "what": what, "cause": cause, "remedy": remedy });
    let none = [
        "account",
        "role_arn",
        "role",
        "source",
        "chain",
        "mfa",
        "mfa_serial",
        "region",
        "duration_seconds",
        "expires_at",
        "seconds_left",
        "notices",
    ];
    let none = none.into_iter().map(|name| (name, Value::Null));
    let known = [("profile", json!(name)), ("error", error)];
    let fields = known.into_iter().chain(none);
    Value::Object(
        fields
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    )
}
