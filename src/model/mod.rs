//! The rules, without effects: nothing in here touches files, network, clock, environment or
//! terminal. What is needed of those comes in as values and goes out as values.
#![forbid(unsafe_code)]

pub(crate) mod arn;
pub(crate) mod child;
pub(crate) mod config;
pub(crate) mod console;
pub(crate) mod digest;
pub(crate) mod doctor;
pub(crate) mod endpoint;
pub(crate) mod environment;
pub(crate) mod failure;
pub(crate) mod key_list;
pub(crate) mod listed_key;
pub(crate) mod mfa_device;
pub(crate) mod origin;
pub(crate) mod own_defaults;
pub(crate) mod packaged;
pub(crate) mod plan;
pub(crate) mod policy;
pub(crate) mod profile_list;
pub(crate) mod prompt;
pub(crate) mod regions;
pub(crate) mod rotation;
pub(crate) mod session;
pub(crate) mod settings;
pub(crate) mod source;
pub(crate) mod time;
pub(crate) mod vars;
