//! Decides, from settings, the session at hand and the time, whether STS has to be asked.

use std::fmt;

use super::session::{Session, Timestamp, in_words};
use super::settings::{Origin, Settings};

/// What is to be done for a session.
#[derive(Debug)]
pub enum Plan {
    /// Use the session at hand: no question, no call.
    Reuse(Session),
    /// Ask for a code and call STS.
    Mint(Reason),
}

/// Why the session at hand, if any, does not do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// There is none.
    NoSession,
    /// A new one was asked for.
    Fresh,
    /// It is over.
    Ended(Timestamp),
    /// It has fewer seconds left than are wanted.
    EndsSoon {
        /// Seconds left.
        left: u64,
        /// Seconds wanted.
        wanted: u64,
    },
    /// It was asked for with a shorter duration than is wanted now.
    TooShort {
        /// Its duration in seconds.
        duration: u64,
        /// Seconds wanted.
        wanted: u64,
    },
}

/// Decides about `at_hand`.
#[must_use]
pub fn plan(settings: &Settings, at_hand: Option<Session>, fresh: bool, now: Timestamp) -> Plan {
    let Some(session) = at_hand else {
        return Plan::Mint(Reason::NoSession);
    };
    if fresh {
        return Plan::Mint(Reason::Fresh);
    }
    let (left, min_ttl) = (now.until(session.expires_at), settings.min_ttl.value);
    if left == 0 {
        return Plan::Mint(Reason::Ended(session.expires_at));
    }
    if left < min_ttl {
        return Plan::Mint(Reason::EndsSoon {
            left,
            wanted: min_ttl,
        });
    }
    // Four hours that nobody asked for are no reason to throw away the hour that somebody did.
    let asked = settings.duration.origin != Origin::Default;
    if asked && session.duration < settings.duration.value {
        let (duration, wanted) = (session.duration, settings.duration.value);
        return Plan::Mint(Reason::TooShort { duration, wanted });
    }
    Plan::Reuse(session)
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSession => f.write_str("there is no session yet"),
            Self::Fresh => f.write_str("a fresh one was asked for"),
            Self::Ended(at) => write!(f, "the last one ended at {at}"),
            Self::EndsSoon { left, wanted } => {
                let (left, wanted) = (in_words(*left), in_words(*wanted));
                write!(f, "the one at hand ends in {left}, {wanted} are wanted")
            }
            Self::TooShort { duration, wanted } => {
                let (duration, wanted) = (in_words(*duration), in_words(*wanted));
                write!(
                    f,
                    "the one at hand was made for {duration}, {wanted} are wanted"
                )
            }
        }
    }
}
