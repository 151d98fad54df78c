//! AWS: the only place that knows its SDK.

pub(crate) mod calls;
pub(crate) mod clients;
pub(crate) mod errors;
pub(crate) mod http;
pub(crate) mod providers;
pub(crate) mod roots;
pub(crate) mod thread;
pub(crate) mod trace;
pub(crate) mod validate;
