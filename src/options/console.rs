//! The options of `mfaexec console`.

use clap::Args;

use crate::model::console::parse_service;

#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ConsoleChoice {
    /// Open the pages of this service: ec2, s3, cloudwatch
    ///
    /// The name in their address, as in https://console.aws.amazon.com/ec2/home. --region says of
    /// which region. Default: the first page of the console.
    #[arg(long, value_name = "NAME", value_parser = parse_service, help_heading = CONSOLE)]
    pub service: Option<String>,
    /// Print the link, and open no browser
    ///
    /// Who has the link is signed in as you. It works for 15 minutes.
    #[arg(long, help_heading = CONSOLE)]
    pub print: bool,
}

const CONSOLE: &str = "Console";
