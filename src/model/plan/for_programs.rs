//! How much of a session has to be left for a program that fetches it by itself.

use crate::model::origin::{Origin, Sourced};
use crate::model::plan::step::steps;
use crate::model::settings::Settings;
use crate::model::time::Span;

/// From 15 minutes before the end, botocore runs a `credential_process` again for every request
/// (`_advisory_refresh_timeout` of `RefreshableCredentials`), so there must be more.
const PROGRAM_MIN_TTL: u64 = 15 * 60 + 1;

impl Settings {
    /// Wants more left of the session than a run does, as far as a new one has more. Where a code
    /// goes with each new one, a short session is used for half of its time: a person who chose 16
    /// minutes does not want to be asked in every minute.
    pub(crate) fn leave_enough_for_programs(&mut self) {
        let with_key = self.with_key_of_program();
        let steps = steps(with_key.as_ref().unwrap_or(self));
        let enough = match steps.last().filter(|step| step.provider().is_none()) {
            Some(own) if own.with_code || own.duration <= PROGRAM_MIN_TTL => {
                PROGRAM_MIN_TTL.min(own.duration / 2)
            }
            _ => PROGRAM_MIN_TTL,
        };
        if self.min_ttl.value.seconds < enough {
            self.min_ttl = Sourced::new(Span::from(enough), Origin::Default);
        }
    }
}
