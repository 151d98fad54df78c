//! Black-box tests: the built binary against local-aws, in a scrubbed environment and a home of
//! its own, the prompt at a real pseudo-terminal.
#![expect(clippy::unwrap_used, reason = "in a test a panic is the right answer")]

mod cache;
mod child_environment;
mod child_settings;
mod config_files;
mod endpoints;
mod endpoints_global;
mod endpoints_ways;
mod exec;
mod exec_process;
mod exec_streams;
mod exec_terminal;
mod explain;
mod failures;
mod failures_keyring;
mod failures_network;
mod failures_refused;
mod failures_system;
mod find_device;
mod harness;
mod internet;
mod kill;
mod one_code;
mod options;
mod options_places;
mod own_keys;
mod profiles;
mod prompt;
mod prompt_modes;
mod prompt_signals;
mod readme;
mod roles;
mod secrets;
mod seeing;
mod skipping;
mod story;
mod threats;
mod threats_hostile;
mod threats_memory;
mod trouble;
mod used_codes;
mod wrapper;
