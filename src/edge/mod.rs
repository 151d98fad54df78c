//! The effects: files, keyring, network, terminal, processes. Thin: what can be decided without an
//! effect is decided in `model`.

pub(crate) mod aws;
pub(crate) mod bounded;
pub(crate) mod browser;
pub(crate) mod clock;
pub(crate) mod config_files;
pub(crate) mod endpoint;
pub(crate) mod file_facts;
pub(crate) mod into_directory;
pub(crate) mod lock;
pub(crate) mod nss;
pub(crate) mod output;
pub(crate) mod own_defaults;
pub(crate) mod private_dir;
pub(crate) mod process;
pub(crate) mod progress_bar;
pub(crate) mod prompt;
pub(crate) mod replace_file;
pub(crate) mod rotation_record;
pub(crate) mod secrets;
pub(crate) mod signals;
pub(crate) mod store;
pub(crate) mod system;
