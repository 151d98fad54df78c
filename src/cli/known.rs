//! What there is on this machine that a word can name, for lines that make no sense.

use super::subcommand::Subcommand;
use crate::edge::config_files;
use crate::edge::process::exec;
use crate::model::config::Profiles;

/// Names at least this similar (Jaro-Winkler) are taken for slips.
const SIMILAR: f64 = 0.8;

/// What there is on this machine that a word can name.
#[derive(Clone)]
pub(super) struct Known {
    pub(super) profiles: Vec<String>,
    pub(super) is_program: fn(&str) -> bool,
}

impl Known {
    /// Reads the config files. If they cannot be read, that is not what is told here.
    pub(super) fn read() -> Self {
        let files = config_files::read(&exec::environment());
        let profiles = files.and_then(Profiles::parse);
        let names = profiles.map(|all| all.names().into_iter().map(str::to_owned).collect());
        Self {
            profiles: names.unwrap_or_default(),
            is_program: |name| exec::check_command(name.as_ref()).is_ok(),
        }
    }

    pub(super) fn is_profile(&self, word: &str) -> bool {
        self.profiles.iter().any(|name| name == word)
    }

    pub(super) fn similar_profile(&self, word: &str) -> Option<(f64, &str)> {
        most_similar(word, self.profiles.iter().map(String::as_str))
    }
}

fn most_similar<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> Option<(f64, &'a str)> {
    names
        .map(|name| {
            (
                strsim::jaro_winkler(&word.to_lowercase(), &name.to_lowercase()),
                name,
            )
        })
        .filter(|(likeness, _)| *likeness >= SIMILAR)
        .max_by(|a, b| a.0.total_cmp(&b.0))
}

/// The subcommand that a word was probably meant to be.
pub(super) fn similar_subcommand(word: &str) -> Option<(f64, &'static str)> {
    most_similar(word, Subcommand::ALL.into_iter().map(Subcommand::name))
}
