//! AWS: the only place that knows its SDK and tokio.

pub mod answer;
pub mod clients;
pub mod http;
pub mod program_keys;
pub mod providers;
pub mod resolver;
pub mod thread;
