//! Waits that a person can see.

use std::thread::sleep;
use std::time::Duration;

use crate::edge::output::Ui;
use crate::edge::progress_bar::ProgressBar;

/// On a terminal, a bar shows how much of it is over.
pub(super) fn wait_seconds(seconds: u64, ui: Ui) {
    let all = usize::try_from(seconds).unwrap_or(usize::MAX);
    let mut bar = ProgressBar::new("seconds", all, ui);
    for _ in 0..seconds {
        sleep(Duration::from_secs(1));
        bar.advance();
    }
}
