//! What the command line asked for, and what it makes of the roles of a profile.

use crate::error::{Error, Kind, Result};
use crate::model::config::Profile;
use crate::model::environment::Environment;
use crate::model::origin::{Origin, Sourced, env_setting};
use crate::model::own_defaults::OwnDefaults;
use crate::model::settings::durations::profile_seconds;
use crate::model::source::Source;
use crate::model::source::provider::ProviderKind;
use crate::model::source::role::{Role, check_session_name};
use crate::model::time::Span;
use crate::model::vars::ROLE_SESSION_NAME;

/// Seconds that a session must have left to be used when no one says otherwise: enough for the
/// command to start and make its calls.
pub(crate) const DEFAULT_MIN_TTL: u64 = 60;

/// What the command line asked for, before files and environment have their say.
#[derive(Debug, Clone, Default)]
pub struct SessionOptions {
    /// `--duration`
    pub duration: Option<Span>,
    /// `--min-ttl`
    pub min_ttl: Option<Span>,
    /// `--mfa-serial`
    pub mfa_serial: Option<String>,
    /// `--without-mfa`
    pub without_mfa: bool,
    /// `--region`
    pub region: Option<String>,
    /// `--role-arn`
    pub role_arn: Option<String>,
    /// `--role-session-name`
    pub role_session_name: Option<String>,
    /// The content of `--policy-file`
    pub policy: Option<String>,
    /// `--policy-arn`
    pub policy_arns: Vec<String>,
    /// What counts where no one says more.
    pub own: OwnDefaults,
}

/// Puts the role of the command line behind those of the profiles, and its policies onto the last.
pub(super) fn add_role(roles: &mut Vec<Role>, session_options: &SessionOptions) -> Result<()> {
    if let Some(arn) = &session_options.role_arn {
        let arn = Sourced::new(arn.clone(), Origin::Option("--role-arn"));
        roles.push(Role::named(arn)?);
    }
    if session_options.policy.is_none() && session_options.policy_arns.is_empty() {
        return Ok(());
    }
    let Some(last) = roles.last_mut() else {
        return Err(Error::of(
            Kind::Usage,
            "a session policy needs a role",
            "STS takes policies with AssumeRole only, and this profile assumes none",
            "choose a profile with a role, or name one with --role-arn",
        ));
    };
    if let Some(policy) = &session_options.policy {
        let policy = Sourced::new(policy.clone(), Origin::Option("--policy-file"));
        last.policy = Some(policy);
    }
    if !session_options.policy_arns.is_empty() {
        let arns = Sourced::new(
            session_options.policy_arns.clone(),
            Origin::Option("--policy-arn"),
        );
        last.policy_arns = Some(arns);
    }
    Ok(())
}

/// Names the session of the last role, which may be the one of a web identity: the option, the
/// profile, the variable that botocore reads for a web identity and aws-vault for every role.
pub(super) fn name_session(
    roles: &mut [Role],
    source: &mut Source,
    session_options: &SessionOptions,
    env: &Environment,
) -> Result<()> {
    let option = session_options.role_session_name.clone();
    let option = option.map(|name| Sourced::new(name, Origin::Option("--role-session-name")));
    let variable = env_setting(ROLE_SESSION_NAME, env);
    for name in [&option, &variable].into_iter().flatten() {
        check_session_name(name)?;
    }
    match (roles.last_mut(), source) {
        (Some(role), _) => {
            role.session_name = option.or(role.session_name.take()).or(variable);
        }
        (None, Source::Provider(provider)) => match &mut provider.kind {
            ProviderKind::WebIdentity { session_name, .. } => {
                let value = |name: Sourced<String>| name.value;
                let written = session_name.take();
                *session_name = option.map(value).or(written).or(variable.map(value));
            }
            _ => return no_role_to_name(&option),
        },
        (None, Source::Key(_) | Source::KeyOfProgram { .. }) => return no_role_to_name(&option),
    }
    Ok(())
}

fn no_role_to_name(option: &Option<Sourced<String>>) -> Result<()> {
    match option {
        None => Ok(()),
        Some(_) => Err(Error::of(
            Kind::Usage,
            "a role session's name needs a role",
            "this profile assumes none",
            "choose a profile with a role, or name one with --role-arn",
        )),
    }
}

/// The option, the chosen profile, the user's own default.
pub(super) fn min_ttl(options: &SessionOptions, profile: &Profile<'_>) -> Result<Sourced<Span>> {
    if let Some(span) = &options.min_ttl {
        return Ok(Sourced::new(span.clone(), Origin::Option("--min-ttl")));
    }
    match profile.sourced("mfaexec_min_ttl") {
        Some(written) => profile_seconds("mfaexec_min_ttl", &written),
        None => {
            let built_in = || Sourced::new(Span::from(DEFAULT_MIN_TTL), Origin::Default);
            Ok(options.own.min_ttl.clone().unwrap_or_else(built_in))
        }
    }
}
