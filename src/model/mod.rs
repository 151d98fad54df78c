//! The rules, without effects: nothing in here touches files, network, clock, environment or
//! terminal. What is needed of those comes in as values and goes out as values.
#![forbid(unsafe_code)]

pub mod child_env;
pub mod code;
pub mod config_text;
pub mod devices;
pub mod diagnose;
pub mod endpoint;
pub mod environment;
pub mod exports;
pub mod key;
pub mod plan;
pub mod profile;
mod section_header;
pub mod session;
pub mod settings;
