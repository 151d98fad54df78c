//! The effects: files, keyring, network, terminal, processes. Thin, and unaware of each other,
//! but for those that stand on `files`.

pub mod answer;
pub mod asker;
mod bounded;
pub mod cache;
pub mod cache_key;
pub mod changing;
mod clients;
pub mod config_files;
mod countdown;
pub mod device_lock;
pub mod dialog;
pub mod exec;
pub mod files;
mod foreground;
pub mod helper;
pub mod holder;
pub(crate) mod http;
pub mod inventory;
pub mod keyring;
mod line;
pub mod modes;
mod names;
pub mod opener;
pub mod pinentry;
pub mod prompt;
mod provider;
pub mod record;
pub mod seal;
pub mod signals;
pub mod start;
pub mod sts;
mod turn;
pub mod told;
pub mod trust;
pub mod ui;
pub mod used_codes;
