//! The options of what changes something that lasts: at AWS, or in the user's files.

use clap::Args;

#[derive(Debug, Clone, Copy, Default, Args)]
pub(crate) struct ChangeChoice {
    /// Show what would be done, and do nothing
    #[arg(long, help_heading = CHANGES)]
    pub dry_run: bool,
    /// Do it without asking
    #[arg(short, long, conflicts_with = "dry_run", help_heading = CHANGES)]
    pub yes: bool,
}

const CHANGES: &str = "Changes";
