//! What a person hears while something takes its time.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::edge::clock::now;
use crate::edge::output::{Ui, local_time};
use crate::model::plan::Plan;
use crate::model::settings::Settings;
use crate::model::time::in_words;

/// Seconds of a day: what ended before is no news.
const NEWS_SECONDS: u64 = 24 * 3600;

/// Says what a run waits for that takes longer than a person expects, once.
pub(crate) fn tell_slow(ui: Ui) {
    static TOLD: AtomicBool = AtomicBool::new(false);
    if !TOLD.swap(true, Ordering::Relaxed) {
        ui.notice("waiting for the answer of AWS");
    }
}

/// Why a code is asked for again, where there was a session not long ago. The cache forgets ended
/// ones after a day.
pub(crate) fn tell_end(settings: &Settings, plan: &Plan, ui: Ui) {
    let ended = plan
        .ended
        .filter(|ended| ended.until(now()) <= NEWS_SECONDS);
    if let (Some(ended), true) = (ended, plan.needs_code()) {
        ui.notice(&format!(
            "the session of {} ended at {}, {} ago",
            settings.profile.value,
            local_time(ended, now()),
            in_words(ended.until(now()))
        ));
    }
}
