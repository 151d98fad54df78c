//! `mfaexec completions`: the script with which a shell completes the words of mfaexec.

use crate::edge::output::{Ui, print, stdout_is_seen};
use crate::error::Result;
use crate::model::doctor::installed::Installed;
use crate::model::environment::Environment;
use crate::model::packaged::CompletedShell;
use crate::options::CompletionsChoice;

/// On a terminal, a line says where the script belongs.
pub(crate) fn completions(env: &Environment, choice: CompletionsChoice, ui: Ui) -> Result<()> {
    let shell = choice.shell(env)?;
    print(shell.script())?;
    if stdout_is_seen()
        && let Some(line) = Installed::Completions(shell).install(env)
    {
        ui.notice(&format!("to install this script: {line}"));
        if shell == CompletedShell::Zsh {
            ui.notice("in ~/.zshrc, before compinit: fpath+=~/.zfunc");
        }
    }
    Ok(())
}
