//! A question below a picture, asked by one who has something to put in order before the process ends.

use nix::sys::signal::Signal;

use crate::edge::prompt::reply::Reply;
use crate::edge::prompt::terminal::{Ask, Attempt, Terminal};
use crate::edge::signals::{Wake, ends, obey};

/// A signal that is going to end this process.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ending(Signal);

impl Ending {
    pub(crate) fn obey(self) {
        obey(self.0);
    }
}

/// How a question ended that does not obey signals by itself.
#[derive(Debug)]
pub(crate) enum Answer {
    Reply(Reply),
    /// There is something to put in order before it is obeyed.
    Ending(Ending),
}

impl Terminal {
    /// Asks below a picture, if there is one. A signal that ends this process is left to the caller.
    ///
    /// # Errors
    /// The terminal does not work, or no one can answer at it; in words.
    pub(crate) fn ask_below(
        &self,
        picture: Option<&str>,
        ask: Ask<'_>,
        wake: &mut Wake,
    ) -> Result<Answer, String> {
        loop {
            match self.attempt(ask, picture, wake)? {
                Attempt::Reply(reply) => return Ok(Answer::Reply(reply)),
                Attempt::Signal(signal) if ends(signal) => {
                    return Ok(Answer::Ending(Ending(signal)));
                }
                Attempt::Signal(signal) => self.obey(signal),
            }
        }
    }
}
