//! A role on the way to a session: everything that AssumeRole is told about it.

use crate::error::{Error, Result};
use crate::model::arn::{Arn, is_account, role_name};
use crate::model::config::Profile;
use crate::model::digest::digest_of;
use crate::model::origin::{Origin, Sourced};
use crate::model::time::Span;

/// Seconds of a role's session when no one says otherwise (STS API reference, AssumeRole).
pub(crate) const DEFAULT_ROLE_DURATION: u64 = 3600;
/// The longest session of a role, in seconds; a role may allow less.
pub(crate) const MAX_ROLE_DURATION: u64 = 43_200;
/// The longest session of a role that is assumed with temporary keys, in seconds. More is refused,
/// not cut (99designs/aws-vault#263).
pub(crate) const CHAINED_DURATION: u64 = 3600;
/// The shortest session of a role, in seconds.
const MIN_ROLE_DURATION: u64 = 900;

/// A role, and how to assume it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// `arn:aws:iam::123456789012:role/NAME`, and who names it.
    pub arn: Sourced<String>,
    /// What its sessions are called; where no one says, the settings do.
    pub session_name: Option<Sourced<String>>,
    /// The secret handshake of a third party's role.
    pub external_id: Option<Sourced<String>>,
    /// How long its session shall last.
    pub duration: Sourced<Span>,
    /// Session tags: key and value.
    pub tags: Option<Sourced<Vec<(String, String)>>>,
    /// Keys of tags that go on to the next role of a chain.
    pub transitive_tags: Option<Sourced<Vec<String>>>,
    /// Who is behind it all, for CloudTrail.
    pub source_identity: Option<Sourced<String>>,
    /// A session policy, as JSON.
    pub policy: Option<Sourced<String>>,
    /// ARNs of managed session policies.
    pub policy_arns: Option<Sourced<Vec<String>>>,
}

/// What a role's session is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionName {
    Named(String),
    /// As the user is called whose keys are at the beginning. The keys identify the user, so this
    /// name has no part in the identity of the session, and a cached one is found without it.
    OfCaller,
}

impl Role {
    /// A role about which nothing is said but its name.
    ///
    /// # Errors
    /// It is no role's ARN.
    pub fn named(arn: Sourced<String>) -> Result<Self> {
        check_arn(&arn)?;
        Ok(Self {
            arn,
            session_name: None,
            external_id: None,
            duration: Sourced::new(Span::from(DEFAULT_ROLE_DURATION), Origin::Default),
            tags: None,
            transitive_tags: None,
            source_identity: None,
            policy: None,
            policy_arns: None,
        })
    }

    /// The role that a profile names, with the keys of the AWS CLI and those of aws-vault.
    ///
    /// # Errors
    /// A value that AssumeRole would refuse, with its place.
    pub fn of_profile(profile: &Profile<'_>, arn: Sourced<String>) -> Result<Self> {
        let list = |key: &str| profile.sourced(key).map(list);
        let mut role = Self::named(arn)?;
        role.session_name = profile.sourced("role_session_name");
        if let Some(name) = &role.session_name {
            check_session_name(name)?;
        }
        role.external_id = profile.sourced("external_id");
        if let Some(seconds) = profile.sourced("duration_seconds") {
            role.duration = role_seconds(&seconds)?;
        }
        if let Some(tags) = profile.sourced("session_tags") {
            role.tags = Some(session_tags(&tags)?);
        }
        role.transitive_tags = list("transitive_session_tags");
        role.source_identity = profile.sourced("source_identity");
        role.policy = profile.sourced("role_session_policy");
        role.policy_arns = list("role_session_policy_arns");
        Ok(role)
    }

    /// Its name and path, without the account.
    pub fn short(&self) -> &str {
        role_name(&self.arn.value)
    }

    /// What identifies a session of this role that was got from another session or key with the
    /// identity `source`.
    pub fn session_id(&self, source: &str, session_name: &SessionName) -> String {
        let session_name = match session_name {
            SessionName::Named(name) => name,
            // No name is empty.
            SessionName::OfCaller => "",
        };
        let mut parts = vec![source, &self.arn.value, session_name];
        for text in [&self.external_id, &self.source_identity, &self.policy] {
            // An empty one is another thing than none.
            parts.extend(match text {
                Some(text) => ["some", &text.value],
                None => ["none", ""],
            });
        }
        let tags = values(&self.tags);
        let transitive = values(&self.transitive_tags);
        let (count, count_transitive) = (tags.len().to_string(), transitive.len().to_string());
        parts.push(&count);
        parts.extend(tags.iter().flat_map(|(key, value)| [key.as_str(), value]));
        parts.push(&count_transitive);
        parts.extend(transitive.iter().map(String::as_str));
        parts.extend(values(&self.policy_arns).iter().map(String::as_str));
        digest_of("role-session", &parts)
    }
}

/// The elements of a list that may not be set.
pub(crate) fn values<T>(list: &Option<Sourced<Vec<T>>>) -> &[T] {
    list.as_ref().map_or(&[], |list| &list.value)
}

/// Makes the characters of a person's name fit for a role session's name: 2 to 64 of
/// `[\w+=,.@-]` (STS API reference).
pub(crate) fn as_session_name(name: &str) -> String {
    let fitting = |c: char| match c.is_ascii_alphanumeric() || "_+=,.@-".contains(c) {
        true => c,
        false => '-',
    };
    let name: String = name.chars().map(fitting).take(64).collect();
    match name.len() {
        0 | 1 => format!("mfaexec{name}"),
        _ => name,
    }
}

fn check_arn(arn: &Sourced<String>) -> Result<()> {
    let role = Arn::parse(&arn.value).is_some_and(|arn| {
        (arn.service, arn.region) == ("iam", "")
            && is_account(arn.account)
            && arn.path_and_name("role").is_some()
    });
    let printable = arn.value.bytes().all(|b| b.is_ascii_graphic());
    if role && printable && (20..=2048).contains(&arn.value.len()) {
        return Ok(());
    }
    Err(Error::new(
        format!("{} is not the ARN of a role", arn.value),
        format!("it is from {}", arn.origin),
        "write one such as arn:aws:iam::123456789012:role/NAME",
    ))
}

pub(crate) fn check_session_name(name: &Sourced<String>) -> Result<()> {
    if as_session_name(&name.value) == name.value {
        return Ok(());
    }
    Err(Error::new(
        format!("{} cannot be the name of a role session", name.value),
        format!("it is from {}", name.origin),
        "use 2 to 64 letters, digits and characters of _+=,.@-",
    ))
}

/// `duration_seconds` as a number that a role's session can have.
fn role_seconds(written: &Sourced<String>) -> Result<Sourced<Span>> {
    let seconds = written.value.parse().ok();
    match seconds.filter(|seconds| (MIN_ROLE_DURATION..=MAX_ROLE_DURATION).contains(seconds)) {
        Some(seconds) => Ok(Sourced::new(Span::from(seconds), written.origin.clone())),
        None => Err(Error::new(
            format!("duration_seconds = {} is not possible", written.value),
            format!("it is from {}", written.origin),
            "a role's session lasts 900 to 43200 seconds",
        )),
    }
}

/// `key=value,key=value`, as aws-vault writes them.
fn session_tags(written: &Sourced<String>) -> Result<Sourced<Vec<(String, String)>>> {
    let pairs = written
        .value
        .split(',')
        .map(str::trim)
        .filter(|pair| !pair.is_empty());
    let split = |pair: &str| {
        let (key, value) = pair.split_once('=')?;
        Some((key.trim().to_owned(), value.trim().to_owned())).filter(|(key, _)| !key.is_empty())
    };
    let tags: Option<Vec<_>> = pairs.map(split).collect();
    let tags = tags.map(|tags| Sourced::new(tags, written.origin.clone()));
    tags.ok_or_else(|| {
        Error::new(
            format!("session_tags = {} cannot be read", written.value),
            format!("it is from {}", written.origin),
            "write session_tags = key=value, key=value",
        )
    })
}

/// Words between commas.
fn list(written: Sourced<String>) -> Sourced<Vec<String>> {
    let words = written.value.split(',').map(str::trim);
    let words = words.filter(|word| !word.is_empty()).map(str::to_owned);
    Sourced::new(words.collect(), written.origin)
}
