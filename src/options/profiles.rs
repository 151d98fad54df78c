//! The options of `mfaexec profiles`.

use clap::Args;

#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ProfilesChoice {
    /// Print JSON
    #[arg(long, help_heading = "Output")]
    pub json: bool,
}
