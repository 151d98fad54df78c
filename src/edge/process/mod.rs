//! Processes: what was inherited, the command, and the programs that are waited for.

mod descendants;
pub mod exec;
pub mod helper;
pub mod inherited;
pub mod subprocess;
