//! `mfaexec man`: the man pages of this version, one for each subcommand.

use std::path::Path;

use crate::edge::into_directory::write_into;
use crate::edge::output::{Ui, print, stdout_is_seen};
use crate::edge::system::READ_MAN_PAGE;
use crate::error::Result;
use crate::escape::shell_word;
use crate::model::packaged::{MAN_PAGES, ManPage};
use crate::options::ManChoice;

pub(crate) fn man(choice: &ManChoice, ui: Ui) -> Result<()> {
    if let Some(directory) = &choice.into {
        return write_all(directory, ui);
    }
    let page = ManPage::of(choice.subcommand.as_deref());
    print(page.map_or("", |page| page.text))?;
    if stdout_is_seen() {
        let name = choice.subcommand.as_deref();
        let name = name.map_or_else(String::new, |name| format!(" {name}"));
        ui.notice(&format!(
            "this is a page for man(1); to read it: mfaexec man{name} | {READ_MAN_PAGE}, or mfaexec help{name}"
        ));
    }
    Ok(())
}

fn write_all(directory: &Path, ui: Ui) -> Result<()> {
    let files = MAN_PAGES.iter().map(|page| (page.file, page.text));
    write_into(directory, files)?;
    let directory = shell_word(&directory.display().to_string());
    ui.notice(&format!(
        "{} pages are written; to remove them: rm {directory}/mfaexec.1 {directory}/mfaexec-*.1",
        MAN_PAGES.len(),
    ));
    Ok(())
}
