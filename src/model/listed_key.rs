//! What IAM tells of a user's long-term keys: ListAccessKeys and GetAccessKeyLastUsed.

use crate::model::time::Timestamp;

/// A key as IAM lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListedKey {
    pub(crate) id: String,
    pub(crate) active: bool,
    pub(crate) created: Option<Timestamp>,
}

/// When and for what a key was used last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LastUse {
    /// None if it never was, as far as IAM knows.
    pub(crate) at: Option<Timestamp>,
    pub(crate) service: String,
    pub(crate) region: String,
}
