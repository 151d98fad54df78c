//! What can be in the way to a key in the system's store.

/// Whether the system may ask the person to unlock its store.
pub(crate) enum Unlock<'a> {
    /// It may; this is called before a wait for the person.
    Ask(&'a dyn Fn()),
    /// It may not, or could not: why.
    Never(&'a str),
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum SecretStoreError {
    /// There is no store, or it does not answer; in words.
    Unreachable(String),
    /// It is locked, and no one can be asked to unlock it: why.
    Locked(String),
    /// The person did not want to unlock it, no window could be shown, or no one answered in time.
    Unanswered { in_time: bool },
    /// It has no place for keys that lasts; in words.
    NoPlace(String),
    /// The key is not in it.
    Missing,
    /// Anything else; in words.
    Failed(String),
}

/// What is known of a key in the store without unlocking it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    Readable,
    Locked,
    Missing,
}
