//! Who hands out temporary keys, with all that it has to be asked with.

use crate::error::{Error, Result};
use crate::model::config::Profile;
use crate::model::digest::digest_of;

/// Where temporary keys come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// Which one, and what it is asked with.
    pub kind: ProviderKind,
    /// The profile that names it.
    pub profile: String,
    /// The place of the setting that decided: a file and its line, or a variable.
    pub place: String,
}

/// The kinds of [`Provider`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProviderKind {
    /// AWS IAM Identity Center.
    Sso(Sso),
    /// `AssumeRoleWithWebIdentity`.
    WebIdentity {
        /// The file with the token.
        token_file: String,
        /// The role that the token may assume.
        role_arn: String,
        /// What the role's session is called.
        session_name: Option<String>,
    },
    /// `credential_process`: a line for a shell.
    Process { command: String },
    /// `aws login`.
    Login {
        /// The ARN of the identity that signed in.
        session: String,
    },
    /// The variables of the environment, which hold a session.
    Environment {
        /// The session's key.
        access_key_id: String,
    },
    /// An EC2 instance's metadata.
    Ec2 {
        /// Where it is, if not at the usual address.
        endpoint: Option<String>,
    },
    /// A container's endpoint.
    Ecs {
        /// The whole URI, or its end.
        uri: String,
    },
}

/// What the Identity Center is asked with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sso {
    /// The name of the `[sso-session]`; none in the older form, where the profile says it all.
    pub session: Option<String>,
    /// The start page, which identifies the directory of users.
    pub start_url: String,
    /// The region of the Identity Center.
    pub region: String,
    /// The account of the role.
    pub account_id: String,
    /// The role's name, a permission set's.
    pub role_name: String,
}

impl Provider {
    /// What people call it.
    pub fn name(&self) -> &'static str {
        match self.kind {
            ProviderKind::Sso(_) => "IAM Identity Center",
            ProviderKind::WebIdentity { .. } => "a web identity",
            ProviderKind::Process { .. } => "credential_process",
            ProviderKind::Login { .. } => "aws login",
            ProviderKind::Environment { .. } => "the environment",
            ProviderKind::Ec2 { .. } => "the instance's metadata",
            ProviderKind::Ecs { .. } => "the container's endpoint",
        }
    }

    /// Whether its keys may be kept between runs. What this machine holds anyway is asked for anew,
    /// and what a program gives may depend on anything: a variable, or who is signed in.
    pub fn is_worth_keeping(&self) -> bool {
        matches!(
            self.kind,
            ProviderKind::Sso(_) | ProviderKind::WebIdentity { .. } | ProviderKind::Login { .. }
        )
    }

    /// The line of its `credential_process`, if it is one.
    pub fn command(&self) -> Option<&str> {
        match &self.kind {
            ProviderKind::Process { command } => Some(command),
            _ => None,
        }
    }

    /// What identifies the keys that it gives: a digest. The tags in it never change, whatever
    /// people come to call the kinds.
    pub fn id(&self) -> String {
        let parts: Vec<&str> = match &self.kind {
            ProviderKind::Sso(sso) => vec![
                "sso",
                sso.session.as_deref().unwrap_or_default(),
                &sso.start_url,
                &sso.region,
                &sso.account_id,
                &sso.role_name,
            ],
            ProviderKind::WebIdentity {
                token_file,
                role_arn,
                session_name,
            } => vec![
                "web-identity",
                token_file,
                role_arn,
                session_name.as_deref().unwrap_or_default(),
            ],
            ProviderKind::Process { command } => vec!["process", command],
            ProviderKind::Login { session } => vec!["login", session],
            ProviderKind::Environment { access_key_id } => vec!["environment", access_key_id],
            ProviderKind::Ec2 { endpoint } => {
                vec!["ec2", endpoint.as_deref().unwrap_or_default()]
            }
            ProviderKind::Ecs { uri } => vec!["ecs", uri],
        };
        let parts: Vec<&str> = [self.profile.as_str()].into_iter().chain(parts).collect();
        digest_of("provider", &parts)
    }
}

/// The provider of a profile that comes before its own key: a web identity, or the Identity Center
/// (the order of botocore's resolver).
///
/// # Errors
/// It lacks a setting.
pub(super) fn before_key(profile: &Profile<'_>) -> Result<Option<Provider>> {
    if let Some(token_file) = value(profile, "web_identity_token_file") {
        let place = place(profile, "web_identity_token_file");
        let Some(role_arn) = value(profile, "role_arn") else {
            return Err(lacks(profile, "role_arn", &place));
        };
        let session_name = value(profile, "role_session_name");
        let kind = ProviderKind::WebIdentity {
            token_file,
            role_arn,
            session_name,
        };
        return Ok(Some(of_profile(profile, kind, place)));
    }
    if let Some(session) = value(profile, "sso_session") {
        let place = place(profile, "sso_session");
        return sso_of_session(profile, session, place).map(Some);
    }
    if let Some(start_url) = value(profile, "sso_start_url") {
        let place = place(profile, "sso_start_url");
        let needed = |name| value(profile, name).ok_or_else(|| lacks_sso(profile, name, &place));
        let sso = Sso {
            session: None,
            start_url,
            region: needed("sso_region")?,
            account_id: needed("sso_account_id")?,
            role_name: needed("sso_role_name")?,
        };
        return Ok(Some(of_profile(profile, ProviderKind::Sso(sso), place)));
    }
    Ok(None)
}

/// The provider of a profile that has no key of its own: a login or a program.
pub(super) fn after_key(profile: &Profile<'_>) -> Option<Provider> {
    if let Some(session) = value(profile, "login_session") {
        let place = place(profile, "login_session");
        return Some(of_profile(profile, ProviderKind::Login { session }, place));
    }
    let command = value(profile, "credential_process")?;
    let place = place(profile, "credential_process");
    Some(of_profile(
        profile,
        ProviderKind::Process { command },
        place,
    ))
}

fn sso_of_session(profile: &Profile<'_>, session: String, place: String) -> Result<Provider> {
    let settings = profile.sso_session()?;
    let of_session = |name: &'static str| {
        let found = settings
            .iter()
            .find(|(key, _)| key.strip_prefix("session.") == Some(name));
        let section = format!("[sso-session {session}]");
        let missing = || sso_incomplete(profile, &section, name, &place);
        found.map(|(_, value)| value.clone()).ok_or_else(missing)
    };
    let needed = |name| value(profile, name).ok_or_else(|| lacks_sso(profile, name, &place));
    let sso = Sso {
        region: of_session("sso_region")?,
        start_url: of_session("sso_start_url")?,
        account_id: needed("sso_account_id")?,
        role_name: needed("sso_role_name")?,
        session: Some(session.clone()),
    };
    Ok(of_profile(profile, ProviderKind::Sso(sso), place))
}

fn of_profile(profile: &Profile<'_>, kind: ProviderKind, place: String) -> Provider {
    Provider {
        kind,
        profile: profile.name().to_owned(),
        place,
    }
}

fn value(profile: &Profile<'_>, key: &str) -> Option<String> {
    profile.get(key).map(str::to_owned)
}

fn place(profile: &Profile<'_>, key: &str) -> String {
    profile.place(key).unwrap_or_default()
}

fn lacks(profile: &Profile<'_>, name: &str, place: &str) -> Error {
    let cause = format!("profile {} has no {name} ({place})", profile.name());
    profile.leads_nowhere(cause, &format!("add {name} to it"))
}

fn lacks_sso(profile: &Profile<'_>, name: &str, place: &str) -> Error {
    sso_incomplete(profile, &format!("profile {}", profile.name()), name, place)
}

fn sso_incomplete(profile: &Profile<'_>, section: &str, name: &str, place: &str) -> Error {
    let remedy = format!("run: aws configure sso --profile {}", profile.name());
    profile.leads_nowhere(format!("{section} has no {name} ({place})"), &remedy)
}
