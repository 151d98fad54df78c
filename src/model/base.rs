//! What a chain begins with: a long-term key, or a place that hands out temporary ones.

use super::chain::cannot;
use super::environment::Environment;
use super::key::{LongTermKey, environment_key, profile_key};
use super::profile::Profile;
use super::session::digest_of;
use super::settings::Sourced;
use crate::error::{Error, Result};

/// What a chain begins with.
#[derive(Debug, Clone)]
pub enum Base {
    /// Nothing yet.
    None,
    /// An IAM user's key, which can ask for an MFA session.
    Key(LongTermKey),
    /// Somebody who gives temporary keys.
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
    /// anew.
    #[must_use]
    pub fn is_worth_keeping(self) -> bool {
        !matches!(self, Self::Environment | Self::Ec2 | Self::Ecs)
    }
}

impl Provider {
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
    let (before, after) = SETTINGS.split_at(3);
    if let Some(provider) = find(profile, before) {
        return Ok(Base::Provider(provider));
    }
    if let Some(key) = profile_key(profile)? {
        return Ok(Base::Key(key));
    }
    if let Some(provider) = find(profile, after) {
        return Ok(Base::Provider(provider));
    }
    let name = profile.name();
    Err(match profile.ignored() {
        Some((place, instead)) => cannot(
            profile,
            format!("it has no access key; the section on {place} does not count"),
            &format!("write {instead}"),
        ),
        None => cannot(
            profile,
            "it has no access key".to_owned(),
            &format!("add one with: aws configure --profile {name}"),
        ),
    })
}

fn find(profile: &Profile<'_>, candidates: &[(ProviderKind, &str, &[&str])]) -> Option<Provider> {
    candidates.iter().find_map(|(kind, key, more)| {
        let value = profile.get(key)?.to_owned();
        let more = more
            .iter()
            .filter_map(|key| Some(((*key).to_owned(), profile.get(key)?.to_owned())));
        let first = ((*key).to_owned(), value);
        let session = match *key {
            "sso_session" => profile.sso_session(),
            _ => Vec::new(),
        };
        Some(Provider {
            kind: *kind,
            profile: profile.name().to_owned(),
            settings: std::iter::once(first).chain(more).chain(session).collect(),
            place: profile.place(key).unwrap_or_default(),
        })
    })
}

/// What `credential_source` names.
///
/// # Errors
/// It names nothing that there is; the environment has no keys.
pub fn source_of_credentials(source: &Sourced<String>, env: &Environment) -> Result<Base> {
    let provider = |kind, variables: &[&str]| {
        let set = |name: &&str| Some(((*name).to_owned(), env.text(name)?));
        Base::Provider(Provider {
            kind,
            profile: String::new(),
            settings: variables.iter().filter_map(set).collect(),
            place: source.origin.to_string(),
        })
    };
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
            None if env.text("AWS_ACCESS_KEY_ID").is_none() => refuse(
                "finds no keys",
                "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
            ),
            None => Ok(provider(ProviderKind::Environment, &["AWS_ACCESS_KEY_ID"])),
        },
        "Ec2InstanceMetadata" => Ok(provider(
            ProviderKind::Ec2,
            &["AWS_EC2_METADATA_SERVICE_ENDPOINT"],
        )),
        "EcsContainer" => Ok(provider(
            ProviderKind::Ecs,
            &[
                "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
                "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            ],
        )),
        _ => refuse(
            "is unknown",
            "use Environment, Ec2InstanceMetadata or EcsContainer",
        ),
    }
}
