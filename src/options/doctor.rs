//! The options of `mfaexec doctor`.

use clap::Args;

use super::non_empty;

#[derive(Debug, Clone, Default, Args)]
pub(crate) struct DoctorChoice {
    /// Look at this profile and its account
    ///
    /// Default: as for a run.
    #[arg(short, long, value_name = "NAME", value_parser = non_empty, help_heading = "Session")]
    pub profile: Option<String>,
    /// Print JSON
    #[arg(long, help_heading = "Output")]
    pub json: bool,
}
