//! The rotation of a long-term key: which keys can be rotated, what has to be done, and what an interrupted
//! rotation has left.

pub(crate) mod keys;
pub(crate) mod plan;
pub(crate) mod record;
pub(crate) mod subject;

/// What CreateAccessKey gives.
#[derive(Debug, Clone)]
pub(crate) struct NewKey {
    pub id: String,
    pub secret: secrecy::SecretString,
}
