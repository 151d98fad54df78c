//! What AWS's clock shows, as far as it can be told without a call: a session ends by that clock, and
//! this machine's may be behind. Where it is ahead, the session ends some minutes early.

use crate::model::session::one_time_code::Moment;
use crate::model::time::Timestamp;

/// Seconds that the clocks may differ without a meaning: an answer takes its time, and a session with
/// fewer left is not reused.
const NORMAL_OFFSET_SECONDS: u64 = 60;
/// Seconds by which two clocks of one machine may drift apart while no one sets one of them.
const DRIFT_SECONDS: u64 = 30;

/// What was seen of AWS's clock when a session was handed out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AwsClock {
    /// AWS's clock less this machine's, in seconds.
    pub offset: i64,
    /// Seconds since the system was started.
    pub since_boot: u64,
    /// Which start of which system that was, if it is known: others may share the files.
    pub boot: Option<String>,
}

impl AwsClock {
    pub(crate) fn seen(offset: Option<i64>, now: Moment, boot: Option<String>) -> Self {
        Self {
            offset: offset.unwrap_or_default(),
            since_boot: now.since_boot,
            boot,
        }
    }

    /// AWS's clock less this machine's, now. `obtained_at` is when it was seen, by this machine;
    /// `boot` is asked for only if it makes a difference.
    ///
    /// The time since the system was started tells whether the clock was set meanwhile. Where it was
    /// set by what it was wrong, it is right now. Where it was set otherwise, what is known is the
    /// latest of all that can be true: a session is never handed out that may be over.
    pub(crate) fn ahead(
        &self,
        obtained_at: Timestamp,
        now: Moment,
        boot: impl FnOnce() -> Option<String>,
    ) -> i64 {
        let offset = match self.offset.unsigned_abs() {
            ..NORMAL_OFFSET_SECONDS => 0,
            _ => self.offset,
        };
        let behind = offset.max(0);
        let elapsed = now.since_boot.checked_sub(self.since_boot);
        let set_by = elapsed.and_then(|elapsed| {
            let wall = obtained_at.0.saturating_add(elapsed);
            i64::try_from(i128::from(now.wall.0) - i128::from(wall)).ok()
        });
        let is_about =
            |value: i64| set_by.is_some_and(|set_by| set_by.abs_diff(value) <= DRIFT_SECONDS);
        if offset == 0 && is_about(0) {
            return 0;
        }
        let is_same = || self.boot.is_some() && self.boot == boot();
        match set_by.filter(|_| is_same()) {
            None => behind,
            Some(_) if is_about(0) => behind,
            Some(_) if is_about(offset) => 0,
            // AWS's clock has gone on by at least what this system was running.
            Some(set_by) => behind.max(offset.saturating_sub(set_by)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGUN: Timestamp = Timestamp(1_000_000);

    fn seen(offset: i64) -> AwsClock {
        AwsClock {
            offset,
            since_boot: 500,
            boot: Some("this".to_owned()),
        }
    }

    /// AWS's clock less this machine's, where it was `offset`, `elapsed` seconds have passed, and the
    /// clock was set by `set_by` meanwhile.
    fn ahead(offset: i64, elapsed: u64, set_by: i64) -> i64 {
        let now = Moment {
            wall: Timestamp((BEGUN.0 + elapsed).saturating_add_signed(set_by)),
            since_boot: 500 + elapsed,
        };
        seen(offset).ahead(BEGUN, now, || Some("this".to_owned()))
    }

    #[test]
    fn a_difference_lasts_until_the_clock_is_set_right() {
        assert_eq!(ahead(600, 3600, 0), 600);
        assert_eq!(ahead(-600, 3600, 0), 0, "it ends early");
        assert_eq!(ahead(600, 3600, 600), 0);
        assert_eq!(ahead(-600, 3600, -600), 0);
        // Not to the second.
        assert_eq!(ahead(600, 3600, 587), 0);
        assert_eq!(ahead(600, 3600, 12), 600);
        assert_eq!(ahead(20, 3600, 0), 0, "an answer takes its time");
    }

    #[test]
    fn a_clock_that_was_right_and_is_set_back_is_behind_by_that() {
        assert_eq!(ahead(0, 3600, -3000), 3000);
        assert_eq!(ahead(600, 3600, -3000), 3600);
    }

    #[test]
    fn where_nothing_is_known_the_session_ends_early_rather_than_late() {
        // A machine that slept without counting, and was set right.
        assert_eq!(ahead(0, 3600, 7200), 0);
        assert_eq!(ahead(600, 3600, 7800), 600);
        assert_eq!(ahead(-600, 3600, 7200), 0);
        // Another start of the system, or another system with the same files.
        let at = |wall: u64, since_boot: u64, boot: Option<&str>| {
            let wall = Timestamp(wall);
            let boot = boot.map(str::to_owned);
            let now = Moment { wall, since_boot };
            let ahead = |seen: AwsClock| seen.ahead(BEGUN, now, || boot.clone());
            [0, 600, -600].map(|offset| ahead(seen(offset)))
        };
        for boot in [None, Some("other")] {
            for since_boot in [20, 900, 1_000_000] {
                assert_eq!(at(BEGUN.0 + 60, since_boot, boot), [0, 600, 0]);
            }
        }
        assert_eq!(at(u64::MAX, 600, Some("this")), [0, 600, 0]);
    }

    #[test]
    fn the_usual_case_asks_for_nothing_more() {
        let now = Moment {
            wall: Timestamp(BEGUN.0 + 100),
            since_boot: 600,
        };
        let ahead = seen(2).ahead(BEGUN, now, || panic!("it makes no difference"));
        assert_eq!(ahead, 0);
    }
}
