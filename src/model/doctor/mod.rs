//! What `mfaexec doctor` finds: a check is a value, and a report is all of them. Each of the other files
//! knows what one kind of finding means.

pub(crate) mod around;
pub(crate) mod check;
pub(crate) mod device;
pub(crate) mod files;
pub(crate) mod installed;
pub(crate) mod key;
pub(crate) mod policy;
pub(crate) mod report;
pub(crate) mod text;
