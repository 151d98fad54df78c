//! Runs a command with an AWS session that was authenticated with MFA.
//!
//! The way through: words (`cli`), settings, plan, checks, session, environment, exec. The rules
//! stand in `model` and have no effects; the effects stand in `edge` and have no rules; each file
//! in `commands` gives the order of effects of one subcommand.

pub mod cli;
pub mod commands;
pub mod edge;
pub mod error;
pub mod escape;
pub mod model;
pub mod options;
pub mod sign_in;
