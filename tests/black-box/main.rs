//! Black-box tests: the built binary against local-aws, in a scrubbed environment and a home of
//! its own, the prompt at a real pseudo-terminal.
//!
//! There are two kinds of terminal. `harness::terminal` (rexpect) is a stream: every byte that a
//! program writes and every echo of what is typed can be seen, and who is in front.
//! `screen::Screen` (tmux) is a picture: it is for line editors and pagers, which move the cursor,
//! ask the terminal where it is, and wait for the answer.
#![expect(clippy::unwrap_used, reason = "in a test a panic is the right answer")]

mod bad_answers;
mod bases;
mod bases_environment;
mod bases_machine;
mod bases_nested;
mod bases_process;
mod bases_process_key;
mod bases_token;
mod cache;
mod cache_files;
mod cache_places;
mod cache_records;
mod child_environment;
mod child_settings;
mod completions;
mod completions_shell;
mod config_files;
mod config_files_any;
mod credential_process;
mod credential_process_waits;
mod dialogs;
mod dialogs_answers;
mod dialogs_real;
mod dialogs_signals;
mod endpoints;
mod endpoints_global;
mod endpoints_strange;
mod endpoints_ways;
mod examples;
mod exec;
mod exec_process;
mod exec_streams;
mod exec_terminal;
mod explain;
mod export;
mod export_readers;
mod failures;
mod failures_keyring;
mod failures_network;
mod failures_refused;
mod failures_room;
mod failures_system;
mod find_device;
mod harness;
mod internet;
mod kill;
mod meant;
mod no_program;
mod one_code;
mod options;
mod options_places;
mod own_keys;
mod pages;
mod pages_screens;
mod picture;
mod programs;
mod prompt;
mod prompt_modes;
mod prompt_signals;
mod prompt_words;
mod provided;
mod recipes;
mod recipes_apart;
mod recipes_ci;
mod recipes_inside;
mod recipes_make;
mod roles;
mod screen;
mod secrets;
mod seeing;
mod shell;
mod shell_end;
mod shell_files;
mod shell_usual;
mod shells;
mod skipping;
mod slips;
mod slips_names;
mod slips_unused;
mod story;
mod terminals;
mod threats;
mod threats_hostile;
mod threats_memory;
mod trouble;
mod unusable_profiles;
mod used_codes;
mod waits;
mod wrapper;
