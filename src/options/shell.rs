//! The options of `mfaexec shell`.

use clap::Args;

use super::non_empty;
use crate::model::child::shell::Shell;

#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ShellChoice {
    /// Start this shell: its name or its path
    #[arg(long, value_name = "SHELL", value_parser = non_empty, long_help = shell_help(), help_heading = SHELL)]
    pub shell: Option<String>,
    /// Do not show the session in the prompt
    ///
    /// PS1, or what the shell has in its place, is not changed.
    #[arg(long, help_heading = SHELL)]
    pub keep_ps1: bool,
}

const SHELL: &str = "Shell";

fn shell_help() -> String {
    format!(
        "Start this shell: its name or its path\n\nmfaexec knows {}. It starts others without \
         showing the session in their prompt. Default: SHELL, else /bin/sh.",
        Shell::PROGRAMS.map(|(name, _)| name).join(", ")
    )
}
