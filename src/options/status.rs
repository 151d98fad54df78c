//! The options of `mfaexec status`.

use clap::Args;

use super::{SignIn, non_empty};
use crate::model::time::Span;

#[derive(Debug, Clone, Default, Args)]
pub(crate) struct StatusChoice {
    /// Only sessions that this profile uses
    #[arg(short, long, value_name = "NAME", value_parser = non_empty, help_heading = "Session")]
    pub profile: Option<String>,
    /// Only say by the exit code whether a session is cached
    ///
    /// 0: yes, a run would use one. 1: no. 2: it cannot be known, and stderr says why. Without -p, it is
    /// about the profile that a run would use. -v says what is left, or why there is none.
    #[arg(long, conflicts_with = "json", help_heading = "Session")]
    pub check: bool,
    /// With --check: whether at least this is left
    ///
    /// Default: as for a run.
    #[arg(long, value_name = "TIME", value_parser = Span::parse, requires = "check", help_heading = "Session")]
    pub min_ttl: Option<Span>,
    /// Print JSON
    #[arg(long, help_heading = "Output")]
    pub json: bool,
}

impl StatusChoice {
    /// The run that `--check` is about.
    pub(crate) fn sign_in(&self) -> SignIn {
        SignIn {
            profile: self.profile.clone(),
            min_ttl: self.min_ttl.clone(),
            ..SignIn::default()
        }
    }
}
