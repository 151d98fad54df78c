//! A bar on stderr that shows how far something came, if stderr is a terminal that can draw one.

use std::io::{self, Write};

use crate::edge::output::{Ui, can_draw};

/// The width of the bar.
const CELLS: usize = 20;

pub(crate) struct ProgressBar {
    shown: bool,
    what: &'static str,
    all: usize,
    done: usize,
}

impl ProgressBar {
    /// `what` names the things that are counted: `regions`.
    pub(crate) fn new(what: &'static str, all: usize, ui: Ui) -> Self {
        let shown = can_draw() && !ui.is_quiet();
        let done = 0;
        let bar = Self {
            shown,
            what,
            all,
            done,
        };
        bar.draw();
        bar
    }

    pub(crate) fn advance(&mut self) {
        self.done += 1;
        self.draw();
    }

    fn draw(&self) {
        let full = self.done * CELLS / self.all.max(1);
        let cells: String = (0..CELLS)
            .map(|cell| if cell < full { '#' } else { '.' })
            .collect();
        self.write(&format!(
            "\r[{cells}] {} of {} {}",
            self.done, self.all, self.what
        ));
    }

    fn write(&self, text: &str) {
        if self.shown {
            // A terminal that is gone is no reason to fail.
            io::stderr().write_all(text.as_bytes()).ok();
        }
    }
}

/// The line is empty again, also after a failure.
impl Drop for ProgressBar {
    fn drop(&mut self) {
        let width = CELLS + 2 + format!(" {0} of {0} {1}", self.all, self.what).len();
        self.write(&format!("\r{}\r", " ".repeat(width)));
    }
}
