//! Questions on the terminal and in other programs.

pub(crate) mod dialog;
pub(crate) mod pinentry;
pub(crate) mod reply;
pub(crate) mod stdin;
pub(crate) mod terminal;
