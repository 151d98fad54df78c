//! Room for what is to come. What runs out in the middle of a sign-in costs a code, so it is looked
//! for before one is asked for.

use std::io::pipe;

use crate::edge::store::cache::Cache;
use crate::error::{Error, Result};

/// Pipes, of two descriptors each: as many as a sign-in has open at once, with a program that asks,
/// the runtime, its connections and the files of the cache, and some more.
const PIPES: usize = 12;

/// Makes sure that a sign-in can open what it needs, and that its session can be stored.
///
/// # Errors
/// It cannot; nothing was asked for yet.
pub(crate) fn check(cache: &Cache) -> Result<()> {
    check_descriptors()?;
    cache.check_writable()
}

/// Makes sure that what a call to AWS opens can be opened.
///
/// # Errors
/// It cannot.
pub(crate) fn check_descriptors() -> Result<()> {
    let mut pipes = Vec::with_capacity(PIPES);
    for _ in 0..PIPES {
        pipes.push(pipe().map_err(|error| {
            Error::new(
                "there are not enough descriptors for a sign-in",
                error.to_string(),
                format!(
                    "raise the limit: ulimit -n 256; it has to leave {} that are not in use",
                    PIPES * 2
                ),
            )
        })?);
    }
    Ok(())
}
