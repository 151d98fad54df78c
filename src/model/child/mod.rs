//! What the command gets: its environment, and what a shell with a session reads and shows.

pub mod env;
pub mod prompt_segment;
pub mod shell;
pub mod shell_context;
