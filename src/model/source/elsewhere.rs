//! What `credential_source` names: keys that are not in a profile.

use crate::error::{Error, Result};
use crate::model::config::Profile;
use crate::model::environment::Environment;
use crate::model::origin::Sourced;
use crate::model::source::Source;
use crate::model::source::key::environment_key;
use crate::model::source::provider::{Provider, ProviderKind};

/// What it can name.
const KNOWN: [&str; 3] = ["Environment", "Ec2InstanceMetadata", "EcsContainer"];

/// The source that `credential_source` names.
///
/// # Errors
/// The value is unknown, or this machine has nothing of that kind.
pub(crate) fn source_elsewhere(
    written: &Sourced<String>,
    env: &Environment,
    profile: &Profile<'_>,
) -> Result<Source> {
    let refuse = |what: &str, remedy: &str| {
        Error::new(
            format!("credential_source = {} {what}", written.value),
            format!("it is from {}", written.origin),
            remedy,
        )
    };
    let kind = match written.value.as_str() {
        "Environment" => {
            if let Some(key) = environment_key(env)? {
                return Ok(Source::Key(key));
            }
            match (env.text("AWS_ACCESS_KEY_ID"), env.text("AWS_SESSION_TOKEN")) {
                (Some(access_key_id), Some(_)) => ProviderKind::Environment { access_key_id },
                (Some(_), None) => {
                    return Err(refuse(
                        "finds a token in AWS_SECURITY_TOKEN alone",
                        "set AWS_SESSION_TOKEN, its name of today",
                    ));
                }
                (None, _) => {
                    return Err(refuse(
                        "finds no keys",
                        "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
                    ));
                }
            }
        }
        "Ec2InstanceMetadata" => {
            let endpoint = metadata_endpoint(env, profile).map_err(|mode| {
                let what = format!("cannot know the endpoint mode {mode}");
                refuse(&what, "choose IPv4 or IPv6")
            })?;
            ProviderKind::Ec2 { endpoint }
        }
        "EcsContainer" => {
            // The relative one counts if both are set (the SDKs' container provider).
            let uri = env
                .text("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
                .or_else(|| env.text("AWS_CONTAINER_CREDENTIALS_FULL_URI"));
            let uri = uri.ok_or_else(|| {
                refuse(
                    "finds no container",
                    "run it in one that sets AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or \
                     AWS_CONTAINER_CREDENTIALS_FULL_URI",
                )
            })?;
            ProviderKind::Ecs { uri }
        }
        other => {
            let likeness =
                |known: &&str| strsim::jaro_winkler(&other.to_lowercase(), &known.to_lowercase());
            let near = KNOWN
                .iter()
                .max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
            let near = near.filter(|known| likeness(known) >= 0.8);
            let near = near.map_or(String::new(), |near| format!("did you mean {near}? "));
            let remedy = format!(
                "{near}correct credential_source in {}: use {}, {} or {}",
                written.origin, KNOWN[0], KNOWN[1], KNOWN[2]
            );
            return Err(refuse("is unknown", &remedy));
        }
    };
    Ok(Source::Provider(Provider {
        kind,
        profile: profile.name().to_owned(),
        place: written.origin.to_string(),
    }))
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
