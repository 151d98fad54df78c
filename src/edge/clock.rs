//! The time of day, and the time since the system was started.

use std::time::SystemTime;

use nix::time::{ClockId, clock_gettime};

use crate::model::session::one_time_code::Moment;
use crate::model::time::Timestamp;

/// This machine's time of day.
pub(crate) fn now() -> Timestamp {
    Timestamp::from(SystemTime::now())
}

/// Now, by two clocks.
pub(crate) fn moment() -> Moment {
    // Where the system sleeps, this clock goes on.
    #[cfg(target_os = "linux")]
    let clock = ClockId::CLOCK_BOOTTIME;
    #[cfg(not(target_os = "linux"))]
    let clock = ClockId::CLOCK_MONOTONIC;
    let since_boot = clock_gettime(clock).map_or(0, |time| time.tv_sec());
    Moment {
        wall: now(),
        since_boot: u64::try_from(since_boot).unwrap_or(0),
    }
}

/// Which start of which system this is (random(4)).
pub(crate) fn boot() -> Option<String> {
    let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(id.trim().to_owned())
}
