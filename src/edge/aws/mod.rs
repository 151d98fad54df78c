//! AWS: the only place that knows its SDK.

pub(crate) mod access_keys;
pub(crate) mod clients;
pub(crate) mod errors;
pub(crate) mod federation;
pub(crate) mod http;
pub(crate) mod mfa_devices;
pub(crate) mod program_keys;
pub(crate) mod providers;
pub(crate) mod roots;
pub(crate) mod sso;
pub(crate) mod sts;
pub(crate) mod thread;
pub(crate) mod trace;
pub(crate) mod try_action;
pub(crate) mod try_region;
pub(crate) mod validate;
