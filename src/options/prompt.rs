//! The options of `mfaexec prompt`.

use clap::{Args, ValueEnum};

use crate::model::child::prompt_segment::PromptHost;

#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct PromptChoice {
    /// What shows it: bash, zsh, fish, nu, sh, tmux
    ///
    /// Each has colours in its own way; sh has none. Default: plain text.
    #[arg(value_name = "READER", hide_possible_values = true)]
    reader: Option<ReaderName>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ReaderName {
    Bash,
    Zsh,
    Fish,
    Nu,
    Sh,
    Tmux,
    Plain,
}

impl PromptChoice {
    pub(crate) fn reader(self) -> PromptHost {
        match self.reader {
            Some(ReaderName::Bash) => PromptHost::Bash,
            Some(ReaderName::Zsh) => PromptHost::Zsh,
            Some(ReaderName::Fish | ReaderName::Nu) => PromptHost::Fish,
            Some(ReaderName::Sh) => PromptHost::Sh,
            Some(ReaderName::Tmux) => PromptHost::Tmux,
            Some(ReaderName::Plain) | None => PromptHost::Plain,
        }
    }
}
