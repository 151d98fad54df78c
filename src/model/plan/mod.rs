//! Decides, from settings, the cached sessions and the time, which calls have to be made.

pub(crate) mod calls;
pub(crate) mod code_source;
pub(crate) mod explanation;
pub(crate) mod for_programs;
pub(crate) mod program_key;
pub(crate) mod step;

use std::fmt;

use crate::error::{Error, Kind, Result};
use crate::model::arn::account_of_arn;
use crate::model::origin::Origin;
use crate::model::plan::step::{Step, steps};
use crate::model::session::Session;
use crate::model::settings::Settings;
use crate::model::time::{Timestamp, in_words};

/// What is to be done for a session.
#[derive(Debug)]
pub struct Plan {
    /// The sessions on the way, the command's last.
    pub steps: Vec<Step>,
    /// The last of them whose cached session can be reused, and its number.
    pub cached: Option<(usize, Session)>,
    /// Why the command's own session has to be got, if it has.
    pub reason: Option<Reason>,
    /// When the last one ended of those that were looked at and are over.
    pub ended: Option<Timestamp>,
}

impl Plan {
    /// The sessions that have to be got, in order.
    pub fn missing(&self) -> &[Step] {
        let have = self.cached.as_ref().map_or(0, |(number, _)| number + 1);
        &self.steps[have..]
    }

    /// Whether a code has to be asked for.
    pub fn needs_code(&self) -> bool {
        self.missing().iter().any(|step| step.with_code)
    }

    /// Refuses what would cost a code for nothing: a session that would have to be replaced at once,
    /// and one in another account than a command may have.
    ///
    /// # Errors
    /// It is refused.
    pub fn check(&self, settings: &Settings, for_command: bool) -> Result<()> {
        if self.missing().is_empty() {
            return Ok(());
        }
        self.check_reach(settings)?;
        let role = settings.roles.last();
        let role = role.and_then(|role| account_of_arn(&role.arn.value));
        match role.or(settings.device().and_then(account_of_arn)) {
            Some(account) if for_command => {
                let profile = &settings.profile.value;
                settings.guards.check_account(profile, Some(account))
            }
            _ => Ok(()),
        }
    }

    fn check_reach(&self, settings: &Settings) -> Result<()> {
        let wanted = &settings.min_ttl.value;
        let own = self.steps.last();
        let longest = own.filter(|step| step.provider().is_none());
        let Some(longest) = longest
            .map(|step| step.duration)
            .filter(|l| wanted.seconds > *l)
        else {
            return Ok(());
        };
        let what = match &settings.min_ttl.origin {
            Origin::Option(option) => format!("{option} {wanted} can never be met"),
            Origin::OwnFile(place) => format!("min-ttl = {wanted} can never be met ({place})"),
            origin => format!("mfaexec_min_ttl = {wanted} can never be met ({origin})"),
        };
        Err(Error::of(
            Kind::Usage,
            what,
            format!("a new session lasts only {}", in_words(longest)),
            "raise --duration or lower --min-ttl",
        ))
    }

    /// The command's session, if nothing is missing.
    ///
    /// # Errors
    /// Something is; the plan, unchanged.
    pub fn into_session(self) -> std::result::Result<Session, Box<Self>> {
        match self.cached {
            Some((number, session)) if number + 1 == self.steps.len() => Ok(session),
            cached => Err(Box::new(Self { cached, ..self })),
        }
    }
}

/// Why the cached session, if any, cannot be reused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// There is none.
    NoSession,
    /// A new one was asked for.
    Fresh,
    /// It is over, for so many seconds.
    Ended { at: Timestamp, ago: u64 },
    /// It has fewer seconds left than are wanted.
    EndsSoon { left: u64, wanted: u64 },
    /// It was asked for with a shorter duration than is wanted now.
    TooShort {
        /// Its duration in seconds.
        duration: u64,
        wanted: u64,
    },
}

/// What is got anew although it may be cached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fresh {
    Nothing,
    /// The session of the command. Those below it are good enough if they last: only they cost a
    /// code.
    Command,
    /// That, and all below it: a code was given for the first of them.
    Everything,
}

impl Fresh {
    /// What `--fresh` means where a code was given, and where none was.
    pub fn asked_for(fresh: bool, code_is_given: bool) -> Self {
        match (fresh, code_is_given) {
            (false, _) => Self::Nothing,
            (true, false) => Self::Command,
            (true, true) => Self::Everything,
        }
    }
}

/// Makes the plan. `look` finds the session of a step; it is asked for the command's own first,
/// and for the others only if that cannot be reused.
///
/// # Errors
/// Those of `look`.
pub fn plan(
    settings: &Settings,
    fresh: Fresh,
    now: Timestamp,
    mut look: impl FnMut(&Step) -> Result<Option<Session>>,
) -> Result<Plan> {
    let steps = steps(settings);
    // Without a step that takes a code, the one that was given is for nothing.
    let all = fresh == Fresh::Everything && steps.iter().any(|step| step.with_code);
    let mut plan = Plan {
        steps,
        cached: None,
        reason: None,
        ended: None,
    };
    for (number, step) in plan.steps.iter().enumerate().rev() {
        let last = number + 1 == plan.steps.len();
        let session = match look(step)? {
            Some(_) if all || last && fresh != Fresh::Nothing => Err(Reason::Fresh),
            Some(session) => judge(step, session, now),
            None => Err(Reason::NoSession),
        };
        match session {
            Ok(session) => {
                plan.cached = Some((number, session));
                break;
            }
            Err(reason) => {
                if let Reason::Ended { at, .. } = reason {
                    plan.ended = plan.ended.max(Some(at));
                }
                if last {
                    plan.reason = Some(reason);
                }
            }
        }
    }
    Ok(plan)
}

/// Whether a cached session can be reused for its step.
fn judge(step: &Step, session: Session, now: Timestamp) -> std::result::Result<Session, Reason> {
    let left = session.left(now);
    if left == 0 {
        return Err(Reason::Ended {
            at: session.expires_at,
            ago: session.expires_at.until(now),
        });
    }
    if left < step.min_ttl {
        return Err(Reason::EndsSoon {
            left,
            wanted: step.min_ttl,
        });
    }
    // Four hours that no one asked for are no reason to throw away the hour that someone did.
    if step.requested && session.duration < step.duration {
        return Err(Reason::TooShort {
            duration: session.duration,
            wanted: step.duration,
        });
    }
    Ok(session)
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSession => f.write_str("there is no session yet"),
            Self::Fresh => f.write_str("a new one was asked for"),
            Self::Ended { ago, .. } => write!(f, "the last one ended {} ago", in_words(*ago)),
            Self::EndsSoon { left, wanted } => {
                let (left, wanted) = (in_words(*left), in_words(*wanted));
                write!(
                    f,
                    "the cached session ends in {left}, {wanted} must be left"
                )
            }
            Self::TooShort { duration, wanted } => {
                let (duration, wanted) = (in_words(*duration), in_words(*wanted));
                write!(
                    f,
                    "the cached session was requested for {duration}, now {wanted} is asked for"
                )
            }
        }
    }
}
