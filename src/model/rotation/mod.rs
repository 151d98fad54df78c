//! The rotation of a long-term key: which keys can be rotated.

pub(crate) mod subject;
