//! Profiles that are not there: what may have been meant.

use super::profile::Profiles;
use crate::error::{Error, Kind};

/// How alike two names must be (Jaro-Winkler) for one to be offered in place of the other.
const NEAR: f64 = 0.8;
/// How many names an error lists before it stops.
const LISTED: usize = 12;

impl Profiles {
    pub(super) fn not_found(&self, name: &str, chosen_by: &str) -> Error {
        let what = format!("there is no profile {name} (chosen by {chosen_by})");
        if let Some((place, instead)) = self.ignored(name) {
            let cause = format!("the section on {place} does not count as one");
            return Error::of(Kind::Own, what, cause, format!("write {instead}"));
        }
        let names = self.names();
        let cause = match names.len() {
            0 => format!("no profiles in {}", self.paths()),
            count => {
                let shown = names[..count.min(LISTED)].join(", ");
                let more = if count > LISTED { ", ..." } else { "" };
                format!("profiles in {}: {shown}{more}", self.paths())
            }
        };
        let remedy = match nearest(name, &names) {
            Some(near) => format!("did you mean {near}? mfaexec -p {near} ..."),
            None => "choose one with -p, or add it with: aws configure --profile NAME".to_owned(),
        };
        Error::of(Kind::Own, what, cause, remedy)
    }

    pub(super) fn cannot_include(&self, name: &str, included: &str) -> Error {
        let place = self.place(name, "include_profile").unwrap_or_default();
        let cause = match self.contains(included) {
            true => "which includes it in its turn",
            false => "which does not exist",
        };
        Error::new(
            format!("profile {name} cannot be read"),
            format!("it includes {included}, {cause} ({place})"),
            "correct include_profile",
        )
    }
}

fn nearest<'a>(name: &str, names: &[&'a str]) -> Option<&'a str> {
    let wanted = name.to_lowercase();
    names
        .iter()
        .map(|near| (strsim::jaro_winkler(&wanted, &near.to_lowercase()), *near))
        .filter(|(likeness, _)| *likeness >= NEAR)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, near)| near)
}
