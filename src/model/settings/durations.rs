//! How long sessions last: who asked for what, and what STS allows.

use crate::error::{Error, Kind, Result};
use crate::model::config::Profile;
use crate::model::origin::{Origin, Sourced};
use crate::model::session::{MAX_DURATION, MIN_DURATION};
use crate::model::source::role::{CHAINED_DURATION, MAX_ROLE_DURATION, Role};
use crate::model::time::{Span, in_words};

/// Seconds of an MFA session when no one says otherwise: half a working day.
pub(crate) const DEFAULT_DURATION: u64 = 4 * 3600;

/// The durations of one invocation, in seconds.
#[derive(Debug)]
pub(crate) struct Durations {
    /// Of the session that the command gets.
    pub own: Sourced<Span>,
    /// Of the MFA session; the same where there is no role.
    pub mfa: Sourced<Span>,
}

impl Durations {
    /// `--duration` and the chosen profile's `mfaexec_duration` mean the session that the command
    /// gets. A role that the command line names has nothing to do with the duration of a profile. The MFA
    /// session below roles, and one for borrowed keys, goes by the profile that has the key.
    ///
    /// # Errors
    /// A duration that STS does not give.
    pub(crate) fn new(
        option: Option<&Span>,
        chain: &[Profile<'_>],
        roles: &mut [Role],
        role_of_option: bool,
        own_default: Option<&Sourced<Span>>,
    ) -> Result<Self> {
        let requested_by = |profile: Option<&Profile<'_>>| {
            let written = profile.and_then(|profile| profile.sourced("mfaexec_duration"));
            let seconds = written.map(|written| profile_seconds("mfaexec_duration", &written));
            seconds.transpose()
        };
        let option = option.map(|span| Sourced::new(span.clone(), Origin::Option("--duration")));
        let built_in = || Sourced::new(Span::from(DEFAULT_DURATION), Origin::Default);
        let default = own_default.cloned().unwrap_or_else(built_in);
        let named_by_profile = roles.len() > usize::from(role_of_option);
        // The profile that has the key; its duration is the role's if it names one itself.
        let key = chain
            .last()
            .filter(|_| chain.len() > 1 || !named_by_profile);
        let mfa = requested_by(key)?;
        let Some(role) = roles.last_mut() else {
            let own = option.or(requested_by(chain.first())?).or(mfa);
            let own = own.unwrap_or(default);
            within(&own, MAX_DURATION, OF_MFA_SESSIONS)?;
            let mfa = own.clone();
            return Ok(Self { own, mfa });
        };
        let requested = match role_of_option {
            true => option,
            false => option.or(requested_by(chain.first())?),
        };
        if let Some(requested) = requested {
            let cause = "STS gives sessions of roles of 15 minutes to 12 hours";
            within(&requested, MAX_ROLE_DURATION, cause)?;
            role.duration = requested;
        }
        let mfa = mfa.unwrap_or(default);
        within(&mfa, MAX_DURATION, OF_MFA_SESSIONS)?;
        let own = role.duration.clone();
        Ok(Self { own, mfa })
    }
}

const OF_MFA_SESSIONS: &str = "STS gives MFA sessions of 15 minutes to 36 hours";

/// A time in a profile.
pub(crate) fn profile_seconds(key: &str, written: &Sourced<String>) -> Result<Sourced<Span>> {
    match Span::parse(&written.value) {
        Ok(span) => Ok(Sourced::new(span, written.origin.clone())),
        Err(cause) => Err(Error::new(
            format!("{key} = {} cannot be read", written.value),
            format!("{cause} (from {})", written.origin),
            format!("write {key} = 4h"),
        )),
    }
}

fn within(requested: &Sourced<Span>, most: u64, cause: &str) -> Result<()> {
    if (MIN_DURATION..=most).contains(&requested.value.seconds) {
        return Ok(());
    }
    let name = match &requested.origin {
        Origin::Option(name) => (*name).to_owned(),
        origin => format!("the duration of {origin},"),
    };
    Err(Error::of(
        Kind::Usage,
        format!("{name} {} is not possible", requested.value),
        cause,
        format!("choose one between 15m and {}", in_words(most)),
    ))
}

/// What is left of a requested duration in a chain: a role that is assumed with temporary keys gets an
/// hour.
pub(crate) fn capped(requested: u64) -> u64 {
    requested.min(CHAINED_DURATION)
}
