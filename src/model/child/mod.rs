//! What the command gets: its environment, and what a shell with a session reads and shows.

pub(crate) mod env;
pub(crate) mod every_profile;
pub(crate) mod export;
pub(crate) mod private_files;
pub(crate) mod prompt_segment;
pub(crate) mod shell;
pub(crate) mod shell_context;
