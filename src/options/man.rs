//! The options of `mfaexec man`.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, ValueHint};

use crate::model::packaged::{MAN_PAGES, ManPage};

#[derive(Debug, Clone, Args)]
pub(crate) struct ManChoice {
    /// Print the page of this subcommand
    ///
    /// Default: the page of mfaexec itself.
    #[arg(
        value_name = "SUBCOMMAND",
        value_parser = PossibleValuesParser::new(MAN_PAGES.iter().filter_map(ManPage::subcommand)),
        hide_possible_values = true
    )]
    pub subcommand: Option<String>,
    /// Write all pages into this directory
    ///
    /// It is made if it is not there. man finds the pages in ~/.local/share/man/man1.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, conflicts_with = "subcommand", help_heading = "Man")]
    pub into: Option<PathBuf>,
}

impl ManChoice {
    pub(crate) const EXAMPLES: &str = "\
Examples:
  mfaexec man login | man -l -
  mfaexec man --into ~/.local/share/man/man1";
}
