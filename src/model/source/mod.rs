//! What a chain begins with: a long-term key, or a place that hands out temporary ones.

pub mod chain;
pub mod key;
pub mod program_output;
pub mod role;

use crate::error::{Error, Result};
use crate::model::digest::digest_of;
use crate::model::environment::Environment;
use crate::model::origin::Sourced;
use crate::model::profile::Profile;
use crate::model::sdk_text::reveal;
use crate::model::source::key::{LongTermKey, environment_key, profile_key};

/// What a chain begins with.
#[derive(Debug, Clone)]
pub enum Base {
    /// Nothing yet.
    None,
    /// An IAM user's key, which can ask for an MFA session.
    Key(LongTermKey),
    /// The long-term key that a program gives; none while it has not run.
    KeyOfProgram {
        /// The program.
        program: Provider,
        /// What it has given.
        key: Option<LongTermKey>,
    },
    /// Somebody who gives temporary keys, or a program that has not run.
    Provider(Provider),
}

/// Where temporary keys come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// Which kind.
    pub kind: ProviderKind,
    /// The profile that says so.
    pub profile: String,
    /// Its settings: name and value; those of an `[sso-session]` as `session.NAME`.
    pub settings: Vec<(String, String)>,
    /// The place of the setting that decided.
    pub place: String,
}

/// The kinds of [`Provider`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProviderKind {
    /// AWS IAM Identity Center, both forms.
    Sso,
    /// AssumeRoleWithWebIdentity.
    WebIdentity,
    /// Another program.
    Process,
    /// `aws login`.
    Login,
    /// The variables of the environment, holding a session.
    Environment,
    /// An EC2 instance's metadata.
    Ec2,
    /// A container's endpoint.
    Ecs,
}

impl ProviderKind {
    /// What people call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sso => "IAM Identity Center",
            Self::WebIdentity => "a web identity",
            Self::Process => "credential_process",
            Self::Login => "aws login",
            Self::Environment => "the environment",
            Self::Ec2 => "the instance's metadata",
            Self::Ecs => "the container's endpoint",
        }
    }

    /// Whether what it gives may be kept between runs. What this machine holds anyway is asked for
    /// anew, and what a program gives may depend on anything: on a variable, on who is signed in.
    #[must_use]
    pub fn is_worth_keeping(self) -> bool {
        matches!(self, Self::Sso | Self::WebIdentity | Self::Login)
    }
}

/// The setting of a provider that says where an instance's metadata is.
pub const METADATA: &str = "endpoint";

impl Provider {
    /// A setting.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut settings = self.settings.iter();
        let found = settings.find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The first setting that is missing without which it gives nothing.
    fn missing(&self) -> Option<&'static str> {
        let needed: &[&str] = match self.kind {
            ProviderKind::WebIdentity => &["role_arn"],
            ProviderKind::Sso if self.get("sso_session").is_some() => &[
                "session.sso_region",
                "session.sso_start_url",
                "sso_account_id",
                "sso_role_name",
            ],
            ProviderKind::Sso => &["sso_region", "sso_account_id", "sso_role_name"],
            _ => &[],
        };
        let mut needed = needed.iter().copied();
        needed.find(|name| self.get(name).is_none())
    }

    /// What identifies the keys that it gives.
    #[must_use]
    pub fn id(&self) -> String {
        let settings = self.settings.iter();
        let settings = settings.flat_map(|(name, value)| [name.as_str(), value]);
        let kind = self.kind.name();
        let parts: Vec<&str> = [kind, &self.profile].into_iter().chain(settings).collect();
        digest_of("provider", &parts)
    }
}

/// Settings that a provider's keys depend on, for the identity of what it gives.
const SETTINGS: [(ProviderKind, &str, &[&str]); 5] = [
    (
        ProviderKind::WebIdentity,
        "web_identity_token_file",
        &["role_arn", "role_session_name"],
    ),
    (
        ProviderKind::Sso,
        "sso_session",
        &["sso_account_id", "sso_role_name"],
    ),
    (
        ProviderKind::Sso,
        "sso_start_url",
        &["sso_region", "sso_account_id", "sso_role_name"],
    ),
    (ProviderKind::Login, "login_session", &[]),
    (ProviderKind::Process, "credential_process", &[]),
];

/// What a profile's own settings give, in botocore's order: a web identity and the Identity Center
/// go before keys, a login and a process come after them.
///
/// # Errors
/// The profile has nothing that keys could come from, half a key, or a temporary one.
pub fn base_of_profile(profile: &Profile<'_>) -> Result<Base> {
    if let Some(base) = own_base(profile)? {
        return Ok(base);
    }
    let name = profile.name();
    Err(match profile.ignored() {
        Some((place, instead)) => profile.leads_nowhere(
            format!("it has no access key; the section on {place} does not count"),
            &format!("write {instead}"),
        ),
        None => profile.leads_nowhere(
            "it has no access key".to_owned(),
            &format!("add one with: aws configure --profile {name}"),
        ),
    })
}

/// The same, or nothing where the profile has nothing of the kind.
///
/// # Errors
/// Half a key, a temporary one, or settings that lack something.
pub(crate) fn own_base(profile: &Profile<'_>) -> Result<Option<Base>> {
    let (before, after) = SETTINGS.split_at(3);
    if let Some(provider) = find(profile, before)? {
        return complete(profile, provider).map(|provider| Some(Base::Provider(provider)));
    }
    if let Some(key) = profile_key(profile)? {
        return Ok(Some(Base::Key(key)));
    }
    Ok(find(profile, after)?.map(Base::Provider))
}

fn complete(profile: &Profile<'_>, provider: Provider) -> Result<Provider> {
    let Some(missing) = provider.missing() else {
        return Ok(provider);
    };
    let (section, name) = match missing.strip_prefix("session.") {
        Some(name) => {
            let session = provider.get("sso_session").unwrap_or_default();
            (format!("[sso-session {session}]"), name)
        }
        None => (format!("profile {}", profile.name()), missing),
    };
    let remedy = match provider.kind {
        ProviderKind::Sso => format!("run: aws configure sso --profile {}", profile.name()),
        _ => format!("add {name} to it"),
    };
    let cause = format!("{section} has no {name} ({})", provider.place);
    Err(profile.leads_nowhere(cause, &remedy))
}

fn find(
    profile: &Profile<'_>,
    candidates: &[(ProviderKind, &str, &[&str])],
) -> Result<Option<Provider>> {
    let set = |key: &str| Some((key.to_owned(), reveal(profile.get(key)?)));
    let mut candidates = candidates.iter();
    let found = candidates.find_map(|(kind, key, more)| Some((kind, key, set(key)?, more)));
    let Some((kind, key, first, more)) = found else {
        return Ok(None);
    };
    let mut settings = vec![first];
    settings.extend(more.iter().filter_map(|key| set(key)));
    if *key == "sso_session" {
        settings.append(&mut profile.sso_session()?);
    }
    Ok(Some(Provider {
        kind: *kind,
        profile: profile.name().to_owned(),
        settings,
        place: profile.place(key).unwrap_or_default(),
    }))
}

/// What `credential_source` names.
///
/// # Errors
/// It names nothing that there is; the environment has no keys.
pub fn source_of_credentials(
    source: &Sourced<String>,
    env: &Environment,
    profile: &Profile<'_>,
) -> Result<Base> {
    let provider = |kind, settings| {
        Base::Provider(Provider {
            kind,
            profile: profile.name().to_owned(),
            settings,
            place: source.origin.to_string(),
        })
    };
    let set = |name: &str| Some((name.to_owned(), env.text(name)?));
    let refuse = |what: &str, remedy: &str| {
        let what = format!("credential_source = {} {what}", source.value);
        Err(Error::new(
            what,
            format!("it is from {}", source.origin),
            remedy,
        ))
    };
    match source.value.as_str() {
        "Environment" => match environment_key(env)? {
            Some(key) => Ok(Base::Key(key)),
            None => match (set("AWS_ACCESS_KEY_ID"), set("AWS_SESSION_TOKEN")) {
                (Some(key), Some(_)) => Ok(provider(ProviderKind::Environment, vec![key])),
                (Some(_), None) => refuse(
                    "finds a token in AWS_SECURITY_TOKEN alone",
                    "set AWS_SESSION_TOKEN, its name of today",
                ),
                (None, _) => refuse(
                    "finds no keys",
                    "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
                ),
            },
        },
        "Ec2InstanceMetadata" => match metadata_endpoint(env, profile) {
            Ok(endpoint) => {
                let settings = endpoint.map(|url| (METADATA.to_owned(), url));
                Ok(provider(ProviderKind::Ec2, settings.into_iter().collect()))
            }
            Err(mode) => refuse(
                &format!("cannot know the endpoint mode {mode}"),
                "choose IPv4 or IPv6",
            ),
        },
        "EcsContainer" => {
            // The first one counts if both are there.
            let uri = ["RELATIVE", "FULL"]
                .iter()
                .find_map(|kind| set(&format!("AWS_CONTAINER_CREDENTIALS_{kind}_URI")));
            match uri {
                Some(uri) => Ok(provider(ProviderKind::Ecs, vec![uri])),
                None => refuse(
                    "finds no container",
                    "run it in one that sets AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or \
                     AWS_CONTAINER_CREDENTIALS_FULL_URI",
                ),
            }
        }
        _ => refuse(
            "is unknown",
            "use Environment, Ec2InstanceMetadata or EcsContainer",
        ),
    }
}

/// Where an instance's metadata is, if it is elsewhere than usual.
///
/// # Errors
/// A mode that does not exist; the mode.
fn metadata_endpoint(
    env: &Environment,
    profile: &Profile<'_>,
) -> std::result::Result<Option<String>, String> {
    let setting = |name: &str| {
        let variable = format!("AWS_{}", name.to_ascii_uppercase());
        let written = || profile.get(name).map(str::to_owned);
        env.text(&variable).or_else(written)
    };
    if let Some(endpoint) = setting("ec2_metadata_service_endpoint") {
        return Ok(Some(endpoint));
    }
    match setting("ec2_metadata_service_endpoint_mode") {
        None => Ok(None),
        Some(mode) if mode.eq_ignore_ascii_case("ipv4") => Ok(None),
        Some(mode) if mode.eq_ignore_ascii_case("ipv6") => {
            Ok(Some("http://[fd00:ec2::254]".to_owned()))
        }
        Some(mode) => Err(mode),
    }
}
