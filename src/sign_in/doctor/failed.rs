//! A call of the doctor's that gave no result, and the checks that cannot be made because of it.

use crate::error::Error;
use crate::model::doctor::check::Check;
use crate::model::doctor::device;
use crate::model::doctor::key::unknown;
use crate::model::failure::asked::Asked;
use crate::model::failure::diagnose::diagnose;
use crate::model::failure::{CallFailure, Meaning};
use crate::model::settings::Settings;

/// A call without a result, with the error that a run would show of it.
pub(super) struct Failed {
    pub(super) meaning: Meaning,
    pub(super) clock_offset: Option<i64>,
    pub(super) error: Error,
}

impl Failed {
    pub(super) fn of(failure: &CallFailure, settings: &Settings) -> Self {
        Self {
            meaning: failure.meaning(),
            clock_offset: failure.clock_offset,
            error: diagnose(failure, &Asked::by_key(settings, None)),
        }
    }

    /// A check that cannot be made, as the first call with the key has failed.
    pub(super) fn prevents(&self, name: &'static str, what: &str) -> Check {
        let (cause, remedy) = match self.meaning {
            _ if self.is_of_network() => {
                ("AWS cannot be reached", "go online, then run doctor again")
            }
            Meaning::Clock => (
                "AWS refuses the time of the request",
                "set the clock, then run doctor again",
            ),
            Meaning::DeadKey | Meaning::WrongSecret => (
                "the key does not work",
                "put a key that works into the profile, then run doctor again",
            ),
            _ => return unknown(name, what, &self.error),
        };
        Check::not_checked(name, what, cause, remedy)
    }

    pub(super) fn what_depends_on_it(&self) -> Vec<Check> {
        let checks = [
            ("sts_region", "whether STS gives sessions in the region"),
            ("key_age", "the age of the key"),
            ("key_last_use", "when the key was used last"),
            (device::NAME, "whether the device is the user's"),
            (
                "policy",
                "whether the key alone is refused what a session may do",
            ),
        ];
        let checks = checks.map(|(name, what)| self.prevents(name, what));
        checks.into()
    }

    pub(super) fn is_of_network(&self) -> bool {
        matches!(
            self.meaning,
            Meaning::Unreachable | Meaning::NotAws | Meaning::Unknown
        )
    }
}
