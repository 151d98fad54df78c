//! A user's own defaults, from mfaexec's own config file: what is said by options or variables each time
//! otherwise. They have the names of the options. What an option, a variable or the profile says comes first.

mod file;

use crate::model::origin::{Origin, Sourced};
use crate::model::time::Span;

/// The values in the file; none of what it does not name.
#[derive(Debug, Clone, Default)]
pub struct OwnDefaults {
    /// The profile where no option and no variable chooses one.
    pub(crate) profile: Option<Sourced<String>>,
    /// Of MFA sessions. How long those of roles last is decided by the role.
    pub(crate) duration: Option<Sourced<Span>>,
    pub(crate) min_ttl: Option<Sourced<Span>>,
    /// One of [`CACHE_MODES`].
    pub(crate) cache: Option<Sourced<&'static str>>,
    pub(crate) prompt: Option<Sourced<String>>,
    pub(crate) colours: Option<Sourced<Colours>>,
    /// All of them as they are written, in the order of the file.
    pub(crate) written: Vec<WrittenDefault>,
}

/// A line of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WrittenDefault {
    pub(crate) name: &'static str,
    pub(crate) value: String,
    pub(crate) origin: Origin,
}

/// Whether output has colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Colours {
    /// On a terminal that has some.
    Auto,
    /// Also in a pipe.
    Always,
    Never,
}

pub(crate) const CACHE_MODES: [&str; 3] = ["encrypted", "plain", "none"];
