//! The calls to AWS, by what they are about.

pub(crate) mod access_keys;
pub(crate) mod federation;
pub(crate) mod mfa_devices;
pub(crate) mod sts;
pub(crate) mod try_action;
pub(crate) mod try_region;
