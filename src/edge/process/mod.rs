//! Processes: what was inherited, the command, and the programs that are waited for.

mod descendants;
pub(crate) mod ending;
pub mod exec;
pub mod helper;
pub mod inherited;
pub mod lookup;
pub mod subprocess;
