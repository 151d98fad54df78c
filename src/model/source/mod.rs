//! Whose keys a session begins with: a long-term key, or a provider of temporary ones.

pub(crate) mod caller;
pub(crate) mod chain;
pub(crate) mod elsewhere;
pub(crate) mod key;
pub(crate) mod program_output;
pub(crate) mod provider;
pub(crate) mod role;
pub(crate) mod sso_token;

use crate::error::Result;
use crate::model::config::Profile;
use crate::model::source::key::{LongTermKey, profile_key};
use crate::model::source::provider::{Provider, ProviderKind, after_key, before_key};

/// What a chain begins with.
#[derive(Debug, Clone)]
pub enum Source {
    /// An IAM user's key, which can ask for an MFA session.
    Key(LongTermKey),
    /// A program of `credential_process` that gives a long-term key.
    KeyOfProgram {
        program: Provider,
        /// The key; none while the program has not run.
        key: Option<LongTermKey>,
    },
    /// A provider of temporary keys. A program that has not run is one too: what it gives is not
    /// known before.
    Provider(Provider),
}

impl Source {
    /// Whether its keys may be a user's. Those of machines and web identities are a role's.
    pub(crate) fn may_be_of_user(&self) -> bool {
        match self {
            Self::Key(_) | Self::KeyOfProgram { .. } => true,
            Self::Provider(provider) => match provider.kind {
                ProviderKind::Sso(_)
                | ProviderKind::Process { .. }
                | ProviderKind::Login { .. }
                | ProviderKind::Environment { .. } => true,
                ProviderKind::WebIdentity { .. }
                | ProviderKind::Ec2 { .. }
                | ProviderKind::Ecs { .. } => false,
            },
        }
    }
}

/// What a profile's own settings give, in botocore's order: a web identity and the Identity Center
/// come before keys, a login and a program after them.
///
/// # Errors
/// The profile has no source of keys, half a key, a temporary one, or a provider that lacks a
/// setting.
pub(crate) fn source_of_profile(profile: &Profile<'_>) -> Result<Source> {
    if let Some(source) = own_source(profile)? {
        return Ok(source);
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

/// The same, or nothing where the profile has no source of its own.
///
/// # Errors
/// As [`source_of_profile`], for a profile that has none.
pub(crate) fn own_source(profile: &Profile<'_>) -> Result<Option<Source>> {
    if let Some(provider) = before_key(profile)? {
        return Ok(Some(Source::Provider(provider)));
    }
    if let Some(key) = profile_key(profile)? {
        return Ok(Some(Source::Key(key)));
    }
    Ok(after_key(profile).map(Source::Provider))
}
