//! What a run would change in the environment of its command.

use secrecy::SecretString;

use crate::model::arn::account_of_arn;
use crate::model::child::env::child_environment;
use crate::model::environment::Environment;
use crate::model::plan::Plan;
use crate::model::session::{Session, SessionKind};
use crate::model::settings::Settings;
use crate::model::settings::exports::without_exports;
use crate::model::time::Timestamp;

/// Stands for a value that only the session has.
const OF_THE_SESSION: &str = "(the session's)";

/// What would be set and removed, with a session that shows nothing.
pub(super) fn difference(
    env: &Environment,
    settings: &Settings,
    plan: &Plan,
) -> (Vec<(String, String)>, Vec<String>) {
    let cached = plan.cached.as_ref().filter(|_| plan.missing().is_empty());
    let role = settings
        .roles
        .last()
        .and_then(|role| account_of_arn(&role.arn.value));
    let account = role.or(settings.device().and_then(account_of_arn));
    let session = Session {
        kind: SessionKind::Mfa,
        access_key_id: OF_THE_SESSION.to_owned(),
        secret_access_key: SecretString::from(OF_THE_SESSION),
        session_token: SecretString::from(OF_THE_SESSION),
        expires_at: cached.map_or(Timestamp(0), |(_, session)| session.expires_at),
        obtained_at: Timestamp(0),
        duration: 0,
        account: match cached {
            Some((_, session)) => session.account.clone(),
            None => Some(account.unwrap_or(OF_THE_SESSION).to_owned()),
        },
        serial: None,
        source_key_id: None,
        role_arn: None,
        profile: String::new(),
    };
    // A run begins by taking back what a run around it has exported.
    let parent = without_exports(env);
    let child = child_environment(&parent, &session, settings);
    let set = child.names().into_iter().filter_map(|name| {
        let value = child.get(&name)?;
        let value = match (name.as_str(), cached) {
            ("AWS_CREDENTIAL_EXPIRATION", None) => OF_THE_SESSION.to_owned(),
            _ => value.to_string_lossy().into_owned(),
        };
        (env.get(&name) != child.get(&name)).then_some((name, value))
    });
    let removed = env
        .names()
        .into_iter()
        .filter(|name| child.get(name).is_none());
    (set.collect(), removed.collect())
}
