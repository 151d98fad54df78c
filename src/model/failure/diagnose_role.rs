//! What it means that a role cannot be assumed, or that a provider gives no keys.

use crate::error::Error;
use crate::model::failure::asked::{Asked, CachedSession};
use crate::model::failure::{CallFailure, Meaning, Progress};
use crate::model::source::Source;
use crate::model::source::provider::{Provider, ProviderKind};
use crate::model::source::role::Role;
use crate::model::time::in_words;

/// The error of a failed call that has to do with a role or a provider, and with nothing else.
pub(crate) fn diagnose_role(failure: &CallFailure, asked: &Asked<'_>) -> Option<Error> {
    let settings = asked.settings;
    if let (Source::Provider(provider), None) = (&settings.source, asked.role) {
        let is_network = failure.progress == Progress::NotSent || failure.not_aws;
        let remedy = match provider.kind {
            // Where STS, which a web identity asks, is not reached, that is the error.
            ProviderKind::WebIdentity { .. } if is_network => return None,
            ProviderKind::Sso(_) if failure.progress == Progress::NotSent => {
                "check the network, the proxy variables and the endpoint, then try again".to_owned()
            }
            _ => remedy(provider),
        };
        let what = format!(
            "{} gives no keys for profile {} ({})",
            provider.name(),
            settings.profile.value,
            provider.place
        );
        return Some(Error::new(what, failure.cause(), remedy));
    }
    let role = asked.role?;
    let arn = &role.arn.value;
    let begins = |start: &str| failure.message.starts_with(start);
    if failure.progress != Progress::Refused {
        return None;
    }
    let (what, remedy) = match failure.code.as_str() {
        "ValidationError" if begins("The requested DurationSeconds exceeds the Max") => (
            format!(
                "role {arn} does not allow sessions of {} ({})",
                role.duration.value.as_written(),
                role.duration.origin
            ),
            "ask for less with --duration, or have the role's maximum session duration raised"
                .to_owned(),
        ),
        "ExpiredToken" => (
            format!("the session that was to assume role {arn} is over"),
            renewed(asked),
        ),
        "InvalidClientTokenId" if asked.with_session => (
            format!("AWS does not know the session that was to assume role {arn}"),
            renewed(asked),
        ),
        _ if failure.meaning() == Meaning::Denied => (
            format!("role {arn} cannot be assumed ({})", role.arn.origin),
            denied(asked, role),
        ),
        _ => return None,
    };
    Some(Error::new(what, failure.cause(), remedy))
}

/// What can be wrong between a caller and a role.
fn denied(asked: &Asked<'_>, role: &Role) -> String {
    let settings = asked.settings;
    let id = match role.external_id {
        Some(_) => "the external_id",
        None => "an external_id that it may want",
    };
    let name = asked.session_name.map_or(String::new(), |name| {
        format!(" (the session name sent is {name}: --role-session-name changes it)")
    });
    let common =
        format!("check the role's trust policy{name}, the permission to sts:AssumeRole, and {id}");
    match &settings.source {
        Source::Provider(provider) => format!(
            "{common}; if the trust policy asks for MFA, the keys of {} cannot prove any: use a \
             profile with an access key and an MFA device",
            provider.name()
        ),
        Source::Key(_) | Source::KeyOfProgram { .. } if !settings.mfa().is_used() => {
            format!("{common}; if it asks for MFA, leave out --without-mfa")
        }
        Source::Key(_) | Source::KeyOfProgram { .. } => match &asked.renewal {
            Some(CachedSession {
                age_of_mfa: Some(age),
                remedy,
            }) => format!(
                "{common}; the cached MFA session is {} old: if that is too old for the trust policy \
                 (aws:MultiFactorAuthAge), {remedy}",
                in_words(*age)
            ),
            _ => common,
        },
    }
}

/// How to get another session instead of one that AWS does not take.
fn renewed(asked: &Asked<'_>) -> String {
    match (&asked.settings.source, &asked.renewal) {
        (Source::Provider(provider), _) if !provider.is_worth_keeping() => remedy(provider),
        (_, Some(CachedSession { remedy, .. })) => remedy.clone(),
        (_, None) => "try again".to_owned(),
    }
}

fn remedy(provider: &Provider) -> String {
    let profile = &provider.profile;
    match provider.kind {
        ProviderKind::Sso(_) => format!(
            "sign in there: aws sso login --profile {profile}; if you are, check sso_account_id \
             and sso_role_name"
        ),
        ProviderKind::Login { .. } => format!("sign in there: aws login --profile {profile}"),
        ProviderKind::Process { .. } => {
            "run the command of credential_process by itself".to_owned()
        }
        ProviderKind::WebIdentity { .. } => {
            "check the token's file and the role's trust in it".to_owned()
        }
        ProviderKind::Environment { .. } => "set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and \
                                      AWS_SESSION_TOKEN, or choose a profile with a key"
            .to_owned(),
        ProviderKind::Ec2 { .. } | ProviderKind::Ecs { .. } => {
            "this works on such a machine only, if a role is attached to it".to_owned()
        }
    }
}
