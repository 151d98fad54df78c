//! The effects: files, keyring, network, terminal, processes. Thin, and unaware of each other,
//! but for those that stand on `files`.

pub mod aws;
mod bounded;
pub mod clock;
pub mod config_files;
pub mod output;
pub mod process;
pub mod prompt;
pub mod signals;
pub mod store;
