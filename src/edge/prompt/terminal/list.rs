//! A list on the terminal that a person searches by typing, and chooses a line of.

use console::Term;
use dialoguer::FuzzySelect;
use dialoguer::theme::{ColorfulTheme, SimpleTheme, Theme};

use crate::edge::output::colours_in_prompt;
use crate::edge::prompt::terminal::Terminal;
use crate::edge::signals::{Noting, Wake, obey};

/// Lines of the list that are shown at once.
const SHOWN: usize = 15;

/// What a person did.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    /// The place of the line in the list.
    Item(usize),
    /// Esc.
    Left,
}

impl Terminal {
    /// Lets the person choose one of the lines, which fit the terminal's width and differ. A signal that
    /// comes meanwhile is obeyed when the terminal is as before.
    ///
    /// # Errors
    /// The terminal fails; in words.
    pub(crate) fn choose(&self, prompt: &str, items: &[String]) -> Result<Choice, String> {
        let failed = |error: std::io::Error| error.to_string();
        let (reads, writes) = (self.file()?, self.file()?);
        let term = Term::read_write_pair(reads, writes);
        let wake = Wake::new().map_err(failed)?;
        let noting = Noting::start(&wake);
        let theme: &dyn Theme = match colours_in_prompt() {
            true => &ColorfulTheme::default(),
            false => &SimpleTheme,
        };
        let list = FuzzySelect::with_theme(theme)
            .with_prompt(prompt)
            .items(items)
            .default(0)
            .report(false)
            .max_length(SHOWN);
        let chosen = list.interact_on_opt(&term);
        // It is hidden while the list is shown.
        term.show_cursor().ok();
        let signal = Noting::noted();
        drop(noting);
        match chosen {
            Ok(Some(item)) => Ok(Choice::Item(item)),
            Ok(None) => Ok(Choice::Left),
            Err(error) => {
                // ^C is one as well. It may be ignored here.
                if let Some(signal) = signal {
                    obey(signal);
                }
                Err(error.to_string())
            }
        }
    }
}
