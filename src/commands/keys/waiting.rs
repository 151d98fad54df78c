//! Waits that a person can see.

use std::thread::sleep;
use std::time::Duration;

use crate::edge::output::Ui;
use crate::edge::progress_bar::ProgressBar;

/// On a terminal, a bar shows how much of it is over.
pub(super) struct Waiting {
    bar: ProgressBar,
}

impl Waiting {
    pub(super) fn begin(seconds: u64, ui: Ui) -> Self {
        let all = usize::try_from(seconds).unwrap_or(usize::MAX);
        let bar = ProgressBar::new("seconds", all, ui);
        Self { bar }
    }

    pub(super) fn pass(&mut self, seconds: u64) {
        for _ in 0..seconds {
            sleep(Duration::from_secs(1));
            self.bar.advance();
        }
    }
}
