//! The options of `mfaexec completions`.

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};

use crate::error::{Error, Kind, Result};
use crate::model::environment::Environment;
use crate::model::packaged::CompletedShell;

#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct CompletionsChoice {
    /// The shell: bash, zsh, fish or nu
    #[arg(value_name = "SHELL", hide_possible_values = true)]
    shell: Option<CompletedShell>,
}

impl CompletionsChoice {
    pub(crate) const EXAMPLES: &str = "\
Examples, once the directory is there:
  mfaexec completions bash > ~/.local/share/bash-completion/completions/mfaexec
  mfaexec completions zsh > ~/.zfunc/_mfaexec
  mfaexec completions fish > ~/.config/fish/completions/mfaexec.fish
  mfaexec completions nu | save -f ~/.config/nushell/autoload/mfaexec.nu
For zsh, ~/.zshrc needs fpath+=~/.zfunc before compinit.";

    /// # Errors
    /// No shell was named.
    pub(crate) fn shell(self, env: &Environment) -> Result<CompletedShell> {
        self.shell.ok_or_else(|| {
            let users = env.text("SHELL").unwrap_or_default();
            let users = users.rsplit('/').next().unwrap_or_default();
            let mut names = CompletedShell::ALL.map(CompletedShell::name).into_iter();
            Error::of(
                Kind::Usage,
                "no shell was named",
                "there is a script for each of bash, zsh, fish and nu",
                format!(
                    "mfaexec completions {}",
                    names.find(|name| *name == users).unwrap_or("bash")
                ),
            )
        })
    }
}

impl ValueEnum for CompletedShell {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}
