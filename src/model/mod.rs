//! The rules, without effects: nothing in here touches files, network, clock, environment or
//! terminal. What is needed of those comes in as values and goes out as values.
#![forbid(unsafe_code)]

pub mod arn;
pub mod child;
pub mod config;
pub mod digest;
pub mod environment;
pub mod failure;
pub mod origin;
pub mod plan;
pub mod prompt;
pub mod session;
pub mod settings;
pub mod source;
pub mod time;
pub mod vars;
