//! The turn to ask on the terminal: one question at a time, whatever it is about.

use crate::edge::lock::lock_holder::Holder;
use crate::edge::output::{Ui, notices_on_terminal};
use crate::edge::prompt::terminal::Terminal;
use crate::edge::store::cache::Cache;
use crate::error::Result;

/// Waits until no other question is open on the terminal, and says for whom.
pub(crate) fn take_turn(terminal: &mut Terminal, cache: &Cache, ui: Ui) -> Result<()> {
    let directory = match cache.directory() {
        Ok(directory) => directory,
        // Nothing is kept, and there is no place for a lock.
        Err(_) if !cache.keeps() => return Ok(()),
        Err(error) => return Err(error),
    };
    terminal.take_turn(&directory, |holder| {
        tell_wait("the question on this terminal", holder, ui);
    })
}

/// Says what is waited for, and whose it is. The seven others of a `make -j8` say nothing: the
/// question is open for all of them, and their words would get between it and the answer.
pub(crate) fn tell_wait(what: &str, holder: Option<Holder>, ui: Ui) {
    let process = holder.map_or(String::new(), |Holder(pid)| format!(" (process {pid})"));
    let text = format!("waiting for {what}{process}");
    if notices_on_terminal() && holder.is_some_and(Holder::is_of_this_job) {
        log::info!("{text}");
    } else {
        ui.notice(&text);
    }
}
