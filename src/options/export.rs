//! The options of `mfaexec export`.

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};

use crate::model::child::export::Format;

#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ExportChoice {
    /// Print env, json, dotenv, docker, fish, nu or powershell
    #[arg(long, value_name = "FORMAT", default_value = "env", hide_default_value = true, hide_possible_values = true, long_help = format_help(), help_heading = EXPORT)]
    pub format: Format,
    /// Print even if stdout is a terminal
    #[arg(long, help_heading = EXPORT)]
    pub force: bool,
}

const EXPORT: &str = "Export";

fn format_help() -> String {
    format!(
        "Print {}\n\nenv is for sh, bash and zsh. dotenv, docker and json \
         have the variables of AWS, and cannot unset any. Default: env.",
        formats()
    )
}

fn formats() -> String {
    let [names @ .., last] = Format::ALL.map(Format::name);
    format!("{} or {last}", names.join(", "))
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let about = match self {
            Self::Env => "For sh, bash and zsh",
            Self::Json => "One object",
            Self::Dotenv => "For .env files",
            Self::Docker => "For docker run --env-file",
            Self::Fish => "For fish",
            Self::Nu => "For Nushell",
            Self::Powershell => "For PowerShell",
        };
        Some(PossibleValue::new(self.name()).help(about))
    }
}
