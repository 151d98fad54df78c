//! The time of day, and the time since the system was started.

use std::time::SystemTime;

use nix::time::clock_gettime;

use crate::edge::system::CLOCK_SINCE_BOOT;
use crate::model::session::one_time_code::Moment;
use crate::model::time::Timestamp;

/// This machine's time of day.
pub(crate) fn now() -> Timestamp {
    Timestamp::from(SystemTime::now())
}

/// Now, by two clocks.
pub(crate) fn moment() -> Moment {
    let since_boot = clock_gettime(CLOCK_SINCE_BOOT).map_or(0, |time| time.tv_sec());
    Moment {
        wall: now(),
        since_boot: u64::try_from(since_boot).unwrap_or(0),
    }
}
