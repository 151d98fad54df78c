//! What a run would change in the environment of its command.

use secrecy::SecretString;

use crate::model::arn::account_of_arn;
use crate::model::child::env::{child_environment, replaced_account};
use crate::model::environment::Environment;
use crate::model::plan::Plan;
use crate::model::plan::calls::Request;
use crate::model::plan::step::Step;
use crate::model::session::aws_clock::AwsClock;
use crate::model::session::{Session, SessionKind};
use crate::model::settings::Settings;
use crate::model::settings::exports::without_exports;
use crate::model::source::provider::ProviderKind;
use crate::model::time::Timestamp;

/// A sign for a value that only the session has.
const OF_THE_SESSION: &str = "(the session's)";
/// Takes the place of an account that a provider may tell or not.
const IF_IT_IS_KNOWN: &str = "(the session's, if it is known)";

/// What a run would change.
#[derive(Debug)]
pub(super) struct Difference {
    /// What the command would have that the caller has not: name and value.
    pub(super) set: Vec<(String, String)>,
    pub(super) removed: Vec<String>,
    /// What becomes of the caller's AWS_ACCOUNT_ID, if he has another one.
    pub(super) replaced_account: Option<String>,
}

/// What would be set and removed, with a session that shows nothing.
pub(super) fn difference(
    env: &Environment,
    settings: &Settings,
    plan: &Plan,
    requests: &[Request],
) -> Difference {
    let cached = plan.cached.as_ref().filter(|_| plan.missing().is_empty());
    let session = Session {
        kind: SessionKind::Mfa,
        access_key_id: OF_THE_SESSION.to_owned(),
        secret_access_key: SecretString::from(OF_THE_SESSION),
        session_token: SecretString::from(OF_THE_SESSION),
        expires_at: cached.map_or(Timestamp(0), |(_, session)| session.expires_at),
        obtained_at: Timestamp(0),
        clock: AwsClock::default(),
        aws_is_ahead: 0,
        duration: 0,
        account: match cached {
            Some((_, session)) => session.account.clone(),
            None => expected_account(settings, plan, requests),
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
    Difference {
        set: set.collect(),
        removed: removed.collect(),
        replaced_account: replaced_account(env, session.account.as_deref()),
    }
}

/// The account that the next session will be known to be in; none where nothing will tell it. It is in
/// the ARN of a role or a device; STS tells it where it is asked whose key it is.
fn expected_account(settings: &Settings, plan: &Plan, requests: &[Request]) -> Option<String> {
    let role = settings.roles.last();
    let role = role.and_then(|role| account_of_arn(&role.arn.value));
    if let Some(account) = role.or(settings.device().and_then(account_of_arn)) {
        return Some(account.to_owned());
    }
    let asks = requests
        .iter()
        .any(|request| request.action == "GetCallerIdentity");
    let provider = plan.steps.last().and_then(Step::provider);
    match provider.map(|provider| &provider.kind) {
        _ if asks => Some(OF_THE_SESSION.to_owned()),
        None => None,
        Some(ProviderKind::Sso(sso)) => Some(sso.account_id.clone()),
        Some(ProviderKind::WebIdentity { role_arn, .. }) => {
            account_of_arn(role_arn).map(str::to_owned)
        }
        Some(_) => Some(IF_IT_IS_KNOWN.to_owned()),
    }
}
