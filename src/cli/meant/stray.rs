//! Words in places where mfaexec takes options only.

use super::{Part, WordReader};
use crate::cli::foreign::ForeignMeaning;
use crate::cli::option_words::option_for;
use crate::cli::subcommand::Subcommand;
use crate::model::child::shell::Shell;
use crate::options::KeysAction;

impl WordReader<'_> {
    /// Takes a word for the value of an option that it can only be.
    pub(super) fn read_value(&mut self, word: &str) -> bool {
        let Some(option) = option_for(word) else {
            return false;
        };
        self.parts
            .push(Part::Options(vec![option.to_owned(), word.to_owned()]));
        self.cause
            .get_or_insert(format!("{option} is the option for it"));
        true
    }

    /// A word after a subcommand of mfaexec's, all of which take options only.
    pub(super) fn read_stray(&mut self, word: &str) {
        let Some(ForeignMeaning::Subcommand(own)) = self.verb else {
            return;
        };
        let is_action = match own {
            Subcommand::Setup => word == Subcommand::CredentialProcess.name(),
            Subcommand::Keys => KeysAction::ALL.map(KeysAction::name).contains(&word),
            _ => false,
        };
        if is_action {
            // The one word that is no option after these subcommands.
            return self.parts.push(Part::Options(vec![word.to_owned()]));
        }
        let takes_options = format!("mfaexec {} takes options only", own.name());
        if let Some(other) = Subcommand::of(word.as_ref()) {
            self.verb = Some(ForeignMeaning::Subcommand(other));
            self.cause = Some("a line has one subcommand".to_owned());
        } else if own == Subcommand::Shell && Shell::of_program(word.as_ref()).is_some() {
            let option = vec!["--shell".to_owned(), word.to_owned()];
            self.parts.push(Part::Options(option));
            self.cause = Some("--shell names the shell".to_owned());
        } else if word == "all" {
            self.cause = Some("without -p it is about all sessions".to_owned());
        } else if self.profile.is_some() || self.has_profile_option() {
            self.cause = Some(takes_options);
        } else if let Some((_, name)) = self.known.similar_profile(word) {
            let name = name.to_owned();
            self.guess = Some(name.clone());
            self.set_profile(
                &name,
                format!("{takes_options}; there is no profile {word}"),
            );
        } else {
            self.set_profile(word, format!("{takes_options}; -p names the profile"));
        }
    }
}
