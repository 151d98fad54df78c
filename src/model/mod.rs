//! The rules, without effects: nothing in here touches files, network, clock, environment or
//! terminal. What is needed of those comes in as values and goes out as values.
#![forbid(unsafe_code)]

pub mod arn;
pub mod child;
pub mod config_text;
pub mod digest;
pub mod environment;
pub mod failure;
mod known_settings;
mod misspelt;
mod named_sections;
pub mod normalise;
pub mod origin;
pub mod plan;
pub mod profile;
pub mod prompt;
mod sdk_parser;
mod sdk_text;
mod section_header;
pub mod session;
pub mod settings;
mod slips;
pub mod source;
pub mod time;
mod unknown_profile;
pub mod vars;
