//! Which requests a sign-in sends, in their order. A run follows the plan; this tells the plan's
//! requests beforehand, with what goes out beside it to find the device and to try the key.

use crate::model::arn::account_of_arn;
use crate::model::plan::Plan;
use crate::model::plan::step::{Layer, Step};
use crate::model::settings::Settings;
use crate::model::source::{Base, ProviderKind};

/// Where a code would come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeSource {
    /// It came with the invocation.
    Given,
    /// A program prints it.
    Printed,
    /// A person types it on the terminal.
    Typed,
    /// A person types it into a program that was chosen for that.
    Dialog,
    /// Nobody may be asked.
    Nowhere,
}

impl CodeSource {
    /// Whether a person is asked.
    fn asks(self) -> bool {
        matches!(self, Self::Typed | Self::Dialog)
    }
}

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// `sts`, `iam`, `sso`, or `program` for one that is run.
    pub service: &'static str,
    /// The API's name.
    pub action: &'static str,
    /// The role that it is about.
    pub role_arn: Option<String>,
    /// The seconds that it asks for.
    pub duration: Option<u64>,
    /// Whether a code goes with it.
    pub with_code: bool,
}

/// The requests of a sign-in by this plan.
#[must_use]
pub fn requests(settings: &Settings, plan: &Plan, codes: CodeSource) -> Vec<Request> {
    let missing = plan.missing();
    let (mut requests, mut caller_known) = (Vec::new(), false);
    if !missing.is_empty() && settings.uses_device() && settings.serial.is_none() {
        requests.push(plain("sts", "GetCallerIdentity"));
        requests.push(plain("iam", "ListMFADevices"));
        caller_known = true;
    }
    if let (true, Some((_, session))) = (missing.is_empty(), &plan.at_hand)
        && settings.guards.expected_account.is_some()
        && session.account.is_none()
    {
        requests.push(plain("sts", "GetCallerIdentity"));
    }
    for layer in missing {
        if layer.with_code && codes.asks() && !caller_known {
            requests.push(plain("sts", "GetCallerIdentity"));
            caller_known = true;
        }
        requests.push(of_layer(settings, layer));
        if asks_for_account(settings, layer, caller_known) {
            requests.push(plain("sts", "GetCallerIdentity"));
        }
    }
    requests
}

/// Whether the account that a guard wants to know is still unknown when the layer's session is
/// there. `caller_known` tells whether the long-term key's owner was asked for.
#[must_use]
pub fn asks_for_account(settings: &Settings, layer: &Layer, caller_known: bool) -> bool {
    let device = settings.known_serial().filter(|_| settings.uses_device());
    let known = match layer.step {
        Step::Role(_) => true,
        Step::SessionToken => caller_known || device.and_then(account_of_arn).is_some(),
        // It may tell; where it does not, it is asked for.
        Step::Provider => false,
    };
    let commands_own = settings.roles.is_empty();
    settings.guards.expected_account.is_some() && commands_own && !known
}

fn of_layer(settings: &Settings, layer: &Layer) -> Request {
    let (service, action) = match (layer.step, &settings.base) {
        (Step::Role(_), _) => ("sts", "AssumeRole"),
        (Step::Provider, Base::Provider(provider)) => match provider.kind {
            ProviderKind::Sso => ("sso", "GetRoleCredentials"),
            ProviderKind::WebIdentity => ("sts", "AssumeRoleWithWebIdentity"),
            ProviderKind::Process => ("program", "credential_process"),
            ProviderKind::Login => ("program", "login_session"),
            ProviderKind::Environment => ("program", "environment"),
            ProviderKind::Ec2 => ("program", "instance metadata"),
            ProviderKind::Ecs => ("program", "container endpoint"),
        },
        (Step::SessionToken | Step::Provider, _) => ("sts", "GetSessionToken"),
    };
    let role = match layer.step {
        Step::Role(number) => settings.roles.get(number),
        Step::SessionToken | Step::Provider => None,
    };
    Request {
        service,
        action,
        role_arn: role.map(|role| role.arn.value.clone()),
        duration: (layer.step != Step::Provider).then_some(layer.duration),
        with_code: layer.with_code,
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
