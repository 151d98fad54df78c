//! Who is calling: the signature recomputed from the bytes received, the session token compared,
//! key status and expiry looked up on the server's clock.

use std::str::FromStr as _;

use jiff::{SignedDuration, Timestamp};

use crate::policy::{Context, Decision, Policy, Question, decide};
use crate::refusal::{Answer, Refusal};
use crate::request::{Authorization, Request, Service};
use crate::sigv4::{Signed, signature};
use crate::state::{Holder, State};

/// AWS accepts a signature for a quarter of an hour, before and after.
const WINDOW: i64 = 15 * 60;

/// A caller whose signature was verified.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) holder: Holder,
    pub(crate) credentials: Credentials,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Credentials {
    LongTerm,
    /// `authenticated` is when a code was verified, if one was.
    Session {
        authenticated: Option<i64>,
    },
    Role,
}

/// Authenticates a request at `now`, the server's clock.
pub(crate) fn authenticate(state: &State, request: &Request, now: i64) -> Answer<Caller> {
    let service = request.service();
    let claim = request.authorization()?;
    let timestamp = request.header("x-amz-date").ok_or_else(|| {
        Refusal::incomplete_signature(
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
        )
    })?;
    let (secret, caller, expires) = identify(state, request, &claim)?;
    claim.check_scope(service, timestamp)?;
    check_time(service, timestamp, now)?;
    check_signature(request, &claim, timestamp, &secret)?;
    if expires.is_some_and(|end| end <= now) {
        return Err(Refusal::session_over(service));
    }
    Ok(caller)
}

/// The secret that must have signed, whose it is, and when it ends.
fn identify(
    state: &State,
    request: &Request,
    claim: &Authorization,
) -> Answer<(String, Caller, Option<i64>)> {
    let invalid = || Refusal::invalid_token(request.service());
    let token = request.header("x-amz-security-token");
    if let Some(session) = state.sessions.get(&claim.key_id) {
        if token != Some(session.token.as_str()) || !state.exists(&session.holder) {
            return Err(invalid());
        }
        let credentials = match session.holder {
            Holder::Role { .. } => Credentials::Role,
            Holder::User(_) => Credentials::Session {
                authenticated: session.authenticated,
            },
        };
        let caller = Caller {
            holder: session.holder.clone(),
            credentials,
        };
        return Ok((session.secret.clone(), caller, Some(session.expires)));
    }
    match (state.seen().active_key(&claim.key_id), token) {
        (Some((user, key)), None) => {
            let holder = Holder::User(user.name.clone());
            Ok((
                key.secret.clone(),
                Caller {
                    holder,
                    credentials: Credentials::LongTerm,
                },
                None,
            ))
        }
        // A long-term key with a session token is as wrong as an unknown key.
        _ => Err(invalid()),
    }
}

fn check_time(service: Service, timestamp: &str, now: i64) -> Answer<()> {
    let unreadable = || {
        Refusal::incomplete_signature(format!(
            "Date must be in ISO-8601 'basic format'. Got '{}'. See http://en.wikipedia.org/wiki/ISO_8601",
            timestamp.escape_debug()
        ))
    };
    if timestamp.len() != "20261123T091500Z".len() {
        return Err(unreadable());
    }
    let signed = Timestamp::from_str(timestamp)
        .map_err(|_| unreadable())?
        .as_second();
    if signed < now - WINDOW {
        let explanation = format!(
            "Signature expired: {timestamp} is now earlier than {} ({} - 15 min.)",
            basic(now - WINDOW),
            basic(now)
        );
        return Err(Refusal::signature_time(service, explanation));
    }
    if signed > now + WINDOW {
        let explanation = format!(
            "Signature not yet current: {timestamp} is still later than {} ({} + 15 min.)",
            basic(now + WINDOW),
            basic(now)
        );
        return Err(Refusal::signature_time(service, explanation));
    }
    Ok(())
}

fn check_signature(
    request: &Request,
    claim: &Authorization,
    timestamp: &str,
    secret: &str,
) -> Answer<()> {
    let service = request.service();
    let signed = |name: &str| claim.signed_headers.iter().any(|known| known == name);
    if !signed("host") {
        return Err(Refusal::signature(
            "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
        ));
    }
    // Whatever AWS itself reads from a header must be under the signature.
    if request
        .headers
        .iter()
        .any(|(name, _)| name.starts_with("x-amz-") && !signed(name))
    {
        return Err(Refusal::signature_mismatch(service));
    }
    let headers: Vec<(String, String)> = request
        .headers
        .iter()
        .filter(|(name, _)| signed(name))
        .cloned()
        .collect();
    let expected = signature(
        secret,
        &claim.scope,
        &Signed {
            method: &request.method,
            path: &request.path,
            query: &request.query,
            headers: &headers,
            body: &request.body,
            timestamp,
        },
    );
    if expected == claim.signature {
        Ok(())
    } else {
        Err(Refusal::signature_mismatch(service))
    }
}

impl Caller {
    pub(crate) fn arn(&self, state: &State) -> String {
        let account = &state.account;
        match &self.holder {
            Holder::User(name) => account.user_arn(account.user(name)),
            Holder::Role { role, session } => {
                format!("arn:aws:sts::{}:assumed-role/{role}/{session}", account.id)
            }
        }
    }

    /// What conditions may ask about. `aws:MultiFactorAuthPresent` is absent for long-term keys,
    /// true in a session that was opened with a code, and false in one that was not; a role's
    /// session says nothing about codes.
    pub(crate) fn context(&self, now: i64) -> Context {
        let mut context = Context::new();
        if let Holder::User(name) = &self.holder {
            context.insert("aws:username", name.clone());
        }
        if let Credentials::Session { authenticated } = self.credentials {
            context.insert(
                "aws:multifactorauthpresent",
                authenticated.is_some().to_string(),
            );
            if let Some(since) = authenticated {
                context.insert("aws:multifactorauthage", (now - since).to_string());
            }
        }
        context
    }

    /// What the caller's own policies say; none of them binds the root user.
    pub(crate) fn may(
        &self,
        state: &State,
        context: &Context,
        action: &str,
        resource: &str,
    ) -> Decision {
        let account = state.seen();
        let policies: Vec<&Policy> = match &self.holder {
            Holder::User(name) => {
                // A user that the rest of AWS has not seen yet may do nothing.
                let Some(user) = account.users.get(name) else {
                    return Decision::Silent;
                };
                if user.root {
                    return Decision::Allowed;
                }
                let inline = user.inline.values().map(|(_, policy)| policy);
                account.documents(&user.policies).chain(inline).collect()
            }
            Holder::Role { role, .. } => account.documents(&account.roles[role].policies).collect(),
        };
        let question = Question {
            action,
            resource,
            principals: &[],
            context,
        };
        decide(policies.into_iter(), &question)
    }
}

/// A time as SigV4 writes it.
fn basic(epoch: i64) -> String {
    let time = Timestamp::UNIX_EPOCH.saturating_add(SignedDuration::from_secs(epoch));
    time.map_or_else(
        |_| String::new(),
        |time| time.strftime("%Y%m%dT%H%M%SZ").to_string(),
    )
}
