//! Questions on the terminal and in other programs.

mod countdown;
pub mod dialog;
mod foreground;
mod line;
pub mod modes;
pub mod pinentry;
pub mod tty;
mod turn;
