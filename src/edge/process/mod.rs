//! Processes: what was inherited, the command, and the programs that are waited for.

pub(crate) mod companion;
pub(crate) mod descendants;
pub(crate) mod ending;
pub(crate) mod exec;
pub(crate) mod helper;
pub(crate) mod home;
pub(crate) mod inherited;
pub(crate) mod lookup;
pub(crate) mod subprocess;
