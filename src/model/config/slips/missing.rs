//! Errors about profiles that do not exist, with what was probably meant.

use crate::error::Error;
use crate::escape::shell_word;
use crate::model::config::profiles::Profiles;
use crate::model::config::section::SectionKind;

/// Names at least this similar (Jaro-Winkler) are suggested.
const SIMILAR: f64 = 0.8;
/// Names that an error lists at most.
const MOST_LISTED: usize = 8;

impl Profiles {
    pub(crate) fn not_found(&self, name: &str, chosen_by: &str) -> Error {
        let what = format!("there is no profile {name} (chosen by {chosen_by})");
        if let Some((cause, remedy)) = self.misplaced(name) {
            return Error::new(what, cause, remedy);
        }
        let remedy = match self.nearest(SectionKind::Profile, name) {
            Some(near) => format!("did you mean {near}? mfaexec -p {} ...", shell_word(near)),
            None => format!("choose one with -p, or add it with: {}", configure(name)),
        };
        Error::new(what, self.listed_with_paths(name), remedy)
    }

    /// `key` of a profile, written at `place`, names another profile that does not exist.
    pub(in crate::model) fn no_such_source(&self, name: &str, key: &str, place: &str) -> Error {
        let what = format!("there is no profile {name} ({key} in {place})");
        if let Some((cause, remedy)) = self.misplaced(name) {
            return Error::new(what, cause, remedy);
        }
        let remedy = self.correct_or_add(key, name, place);
        Error::new(what, self.listed_with_paths(name), remedy)
    }

    /// What to do about a name of a profile that does not exist: correct it where it is written, or
    /// add the profile.
    fn correct_or_add(&self, key: &str, name: &str, place: &str) -> String {
        let near = self.nearest(SectionKind::Profile, name);
        let near = near.map_or(String::new(), |near| format!("did you mean {near}? "));
        let add = configure(name);
        format!("{near}correct {key} in {place}, or add {name}: {add}")
    }

    fn listed_with_paths(&self, name: &str) -> String {
        match self.all(SectionKind::Profile).next() {
            None => format!("no profiles in {}", self.paths()),
            Some(_) => format!("profiles in {}: {}", self.paths(), self.listed_for(name)),
        }
    }

    /// The names of all profiles, or of the first ones and the number of the others.
    pub(in crate::model) fn listed(&self) -> String {
        in_one_line(&self.names())
    }

    /// The same, with those first that are most similar to `name` where not all are listed.
    fn listed_for(&self, name: &str) -> String {
        let mut names = self.names();
        if names.len() > MOST_LISTED && names.len() <= self.compared() {
            let wanted = name.to_lowercase();
            let likeness = |near: &str| strsim::jaro_winkler(&wanted, &near.to_lowercase());
            // Sorted by name where two are as similar.
            names.sort_by(|a, b| likeness(b).total_cmp(&likeness(a)));
        }
        in_one_line(&names)
    }

    /// A section of that name that is not read, as cause and remedy.
    fn misplaced(&self, name: &str) -> Option<(String, String)> {
        if let Some((place, instead)) = self.ignored(SectionKind::Profile, name) {
            let cause = format!("the section on {place} does not count as one");
            return Some((cause, format!("write {instead}")));
        }
        self.files().iter().find_map(|file| {
            let mut glued = file.glued.iter();
            let glued = glued.find(|glued| {
                let header = glued.header.trim_start_matches("profile ").trim();
                let named = (SectionKind::Profile, name);
                let section = glued.section.as_ref();
                header == name || section.is_some_and(|(kind, name)| (*kind, &**name) == named)
            })?;
            let (header, line) = (&glued.header, glued.line);
            let cause = format!(
                "line {line} of {} ends in [{header}], which begins no section there",
                file.path.display()
            );
            Some((cause, format!("give [{header}] a line of its own")))
        })
    }

    /// `key` of the profile `name`, written at `place`, names `included`.
    pub(crate) fn cannot_include(
        &self,
        name: &str,
        key: &str,
        included: &str,
        place: &str,
    ) -> Error {
        let missing = "which does not exist";
        let (cause, more, remedy) = match (self.contains(included), self.misplaced(included)) {
            (true, _) => (
                "which includes it in its turn",
                String::new(),
                format!("correct {key} in {place}"),
            ),
            (false, Some((more, remedy))) => (missing, format!("; {more}"), remedy),
            (false, None) => (
                missing,
                String::new(),
                self.correct_or_add(key, included, place),
            ),
        };
        Error::new(
            format!("profile {name} cannot be read"),
            format!("it includes {included}, {cause} ({place}){more}"),
            remedy,
        )
    }

    /// The name of the section of that kind that is most similar to `name`.
    pub(in crate::model::config) fn nearest(&self, kind: SectionKind, name: &str) -> Option<&str> {
        let wanted = name.to_lowercase();
        self.all(kind)
            .take(self.compared())
            .map(|near| (strsim::jaro_winkler(&wanted, &near.to_lowercase()), near))
            .filter(|(likeness, _)| *likeness >= SIMILAR)
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, near)| near)
    }
}

/// The line that adds a profile.
fn configure(name: &str) -> String {
    format!("aws configure --profile {}", shell_word(name))
}

fn in_one_line(names: &[&str]) -> String {
    let (shown, others) = names.split_at(names.len().min(MOST_LISTED));
    match others.len() {
        0 => shown.join(", "),
        others => format!("{} and {others} more", shown.join(", ")),
    }
}
