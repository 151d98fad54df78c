//! The rules, without effects: nothing in here touches files, network, clock, environment or
//! terminal. What is needed of those comes in as values and goes out as values.
#![forbid(unsafe_code)]

pub mod answer_form;
pub mod assuan;
pub mod base;
pub mod chain;
pub mod child_env;
pub mod chosen;
pub mod code;
pub mod config_text;
pub mod devices;
pub mod diagnose;
mod diagnose_role;
pub mod durations;
pub mod endpoint;
pub mod environment;
pub mod explanation;
pub mod exports;
pub mod failure;
pub mod guards;
pub mod key;
mod known_settings;
pub mod layer;
pub mod lock_record;
mod misspelt;
mod named_sections;
pub mod normalise;
pub mod plan;
pub mod profile;
pub mod question;
pub mod regions;
pub mod requests;
pub mod role;
mod sdk_parser;
mod sdk_text;
pub mod secrets;
mod section_header;
pub mod segment;
pub mod session;
pub mod settings;
pub mod shell;
mod slips;
mod unknown_profile;
pub mod validate;
pub mod vars;
pub mod way;
pub mod within;
