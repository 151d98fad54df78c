//! The IAM user whose key a profile has, for calls about the user's own devices and keys.

pub(crate) mod as_user;
pub(crate) mod iam_user;
pub(crate) mod long_term_key;
pub(crate) mod profile_device;
