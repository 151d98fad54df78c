//! Questions on the terminal and in other programs.

pub(crate) mod below;
mod countdown;
pub(crate) mod dialog;
mod foreground;
mod line;
pub(crate) mod list;
pub(crate) mod modes;
pub(crate) mod picture;
pub(crate) mod pinentry;
mod ready;
pub(crate) mod reply;
pub(crate) mod stdin;
pub(crate) mod tty;
mod turn;
pub(crate) mod typing;
