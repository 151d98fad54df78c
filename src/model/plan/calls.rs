//! Which requests a sign-in sends, in their order: those of the steps, and those beside them, which find
//! the device, try the key, and tell whose it is. `explain` prints them. Whether a call goes out beside a
//! step is decided here alone; the sign-in asks the same functions.

use crate::model::arn::account_of_arn;
use crate::model::plan::Plan;
use crate::model::plan::code_source::CodeSource;
use crate::model::plan::step::{Call, Step};
use crate::model::settings::Settings;
use crate::model::settings::mfa::Mfa;
use crate::model::source::caller::Caller;
use crate::model::source::provider::ProviderKind;
use crate::model::source::role::SessionName;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    /// `sts`, `iam`, `sso`, or `program` for one that is run.
    pub service: &'static str,
    pub action: &'static str,
    /// The role that it is about.
    pub role_arn: Option<String>,
    /// The seconds that it asks for.
    pub duration: Option<u64>,
    /// Whether a code goes with it.
    pub with_code: bool,
}

/// The requests of a sign-in by this plan.
pub(crate) fn requests(settings: &Settings, plan: &Plan, code_source: &CodeSource) -> Vec<Request> {
    let missing = plan.missing();
    let (mut requests, mut caller_known) = (Vec::new(), false);
    if !missing.is_empty() && asks_for_device(settings) {
        requests.push(plain("sts", "GetCallerIdentity"));
        requests.push(plain("iam", "ListMFADevices"));
        caller_known = true;
    }
    if let (true, Some((_, session))) = (missing.is_empty(), &plan.cached)
        && settings.guards.expected_account.is_some()
        && session.account.is_none()
    {
        requests.push(plain("sts", "GetCallerIdentity"));
    }
    for step in missing {
        if step.with_code && tries_key(settings, code_source) && !caller_known {
            requests.push(plain("sts", "GetCallerIdentity"));
            caller_known = true;
        }
        if !caller_known && asks_for_name(settings, step) {
            requests.push(plain("sts", "GetCallerIdentity"));
            caller_known = true;
        }
        requests.push(of_step(step));
        if asks_for_account(settings, step, caller_known) {
            requests.push(plain("sts", "GetCallerIdentity"));
        }
    }
    requests
}

/// Whether AWS has to tell which MFA device it is, as no one has named it.
pub(crate) fn asks_for_device(settings: &Settings) -> bool {
    *settings.mfa() == Mfa::Unknown
}

/// Whether the key is tried before its code is sent: while a person types it, and where the endpoint may
/// not be one of STS at all.
pub(crate) fn tries_key(settings: &Settings, code_source: &CodeSource) -> bool {
    match code_source {
        CodeSource::Terminal | CodeSource::Dialog => true,
        CodeSource::Given | CodeSource::Program => settings.endpoints.may_be_of_another_service(),
        CodeSource::None(_) => false,
    }
}

/// Whether the name of the step's session depends on whose the keys are, and no one knows.
pub(crate) fn asks_for_name(settings: &Settings, step: &Step) -> bool {
    let of_caller = |call: &Call| match call {
        Call::AssumeRole { session_name, .. } => *session_name == SessionName::OfCaller,
        Call::SessionToken | Call::Provider(_) => false,
    };
    settings.caller == Caller::Unknown && of_caller(&step.call)
}

/// Whether the account that a guard wants to know is still unknown when the step's session is
/// there. `caller_known` tells whether the long-term key's owner was asked for.
pub(crate) fn asks_for_account(settings: &Settings, step: &Step, caller_known: bool) -> bool {
    let known = match step.call {
        Call::AssumeRole { .. } => true,
        Call::SessionToken => caller_known || settings.device().and_then(account_of_arn).is_some(),
        // It may tell; where it does not, it is asked for.
        Call::Provider(_) => false,
    };
    let commands_own = settings.roles.is_empty();
    settings.guards.expected_account.is_some() && commands_own && !known
}

fn of_step(step: &Step) -> Request {
    let (service, action) = match &step.call {
        Call::AssumeRole { .. } => ("sts", "AssumeRole"),
        Call::SessionToken => ("sts", "GetSessionToken"),
        Call::Provider(provider) => match provider.kind {
            ProviderKind::Sso(_) => ("sso", "GetRoleCredentials"),
            ProviderKind::WebIdentity { .. } => ("sts", "AssumeRoleWithWebIdentity"),
            ProviderKind::Process { .. } => ("program", "credential_process"),
            ProviderKind::Login { .. } => ("program", "login_session"),
            ProviderKind::Environment { .. } => ("program", "environment"),
            ProviderKind::Ec2 { .. } => ("program", "instance metadata"),
            ProviderKind::Ecs { .. } => ("program", "container endpoint"),
        },
    };
    Request {
        service,
        action,
        role_arn: step.role().map(|role| role.arn.value.clone()),
        duration: step.provider().is_none().then_some(step.duration),
        with_code: step.with_code,
    }
}

fn plain(service: &'static str, action: &'static str) -> Request {
    Request {
        service,
        action,
        role_arn: None,
        duration: None,
        with_code: false,
    }
}
