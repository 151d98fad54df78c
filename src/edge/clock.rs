//! The time of day.

use std::time::SystemTime;

use crate::model::time::Timestamp;

/// This machine's time of day.
pub(crate) fn now() -> Timestamp {
    Timestamp::from(SystemTime::now())
}
