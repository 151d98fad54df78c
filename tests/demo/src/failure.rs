//! What ends the demo early, in words for the person who watches it.

use std::fmt;
use std::io;

/// A sentence that says what did not go as it should.
#[derive(Debug)]
pub(crate) struct Failure(String);

pub(crate) type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }

    /// The same failure, with where it happened in front.
    pub(crate) fn within(self, place: &str) -> Self {
        Self(format!("{place}: {}", self.0))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<rexpect::error::Error> for Failure {
    fn from(error: rexpect::error::Error) -> Self {
        Self(format!("the terminal: {error}"))
    }
}

/// Fails with a sentence unless `condition` holds.
pub(crate) fn ensure(condition: bool, sentence: impl FnOnce() -> String) -> Result<()> {
    if condition {
        Ok(())
    } else {
        Err(Failure(sentence()))
    }
}
