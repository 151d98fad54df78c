//! Questions on the terminal and in other programs.

mod countdown;
pub mod dialog;
mod foreground;
mod line;
pub mod modes;
pub mod pinentry;
pub mod reply;
pub mod stdin;
pub mod tty;
mod turn;
