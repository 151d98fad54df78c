//! Profiles that are not there: what may have been meant.

use crate::error::{Error, Kind};
use crate::model::config_text::SectionKind;
use crate::model::profile::{LONGEST_CHAIN, Profiles};

/// How alike two names must be (Jaro-Winkler) for one to be offered in place of the other.
const NEAR: f64 = 0.8;
/// How many names an error lists before it stops.
const LISTED: usize = 12;
/// How many names are compared. Nobody writes as many by hand, and a file of any length has its
/// error at once.
const COMPARED: usize = 5000;

impl Profiles {
    pub(crate) fn not_found(&self, name: &str, chosen_by: &str) -> Error {
        let what = format!("there is no profile {name} (chosen by {chosen_by})");
        if let Some((cause, remedy)) = self.misplaced(name) {
            return Error::of(Kind::Failure, what, cause, remedy);
        }
        let remedy = match self.nearest(SectionKind::Profile, name) {
            Some(near) => format!("did you mean {near}? mfaexec -p {near} ..."),
            None => "choose one with -p, or add it with: aws configure --profile NAME".to_owned(),
        };
        let cause = match self.names().is_empty() {
            true => format!("no profiles in {}", self.paths()),
            false => format!("profiles in {}: {}", self.paths(), self.listed()),
        };
        Error::of(Kind::Failure, what, cause, remedy)
    }

    /// The names of all profiles, or of the first ones where there are many.
    pub(crate) fn listed(&self) -> String {
        let names = self.names();
        let shown = names[..names.len().min(LISTED)].join(", ");
        let more = if names.len() > LISTED { ", ..." } else { "" };
        format!("{shown}{more}")
    }

    /// A section of that name that does not count, as cause and remedy.
    fn misplaced(&self, name: &str) -> Option<(String, String)> {
        if let Some((place, instead)) = self.ignored(SectionKind::Profile, name) {
            let cause = format!("the section on {place} does not count as one");
            return Some((cause, format!("write {instead}")));
        }
        self.files().iter().find_map(|file| {
            let mut glued = file.content.glued.iter();
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

    pub(crate) fn cannot_include(&self, name: &str, key: &str, included: &str) -> Error {
        let place = self.place(name, key).unwrap_or_default();
        let (cause, more, remedy) = match (self.contains(included), self.misplaced(included)) {
            (true, _) => ("which includes it in its turn", String::new(), None),
            (false, Some((more, remedy))) => {
                ("which does not exist", format!("; {more}"), Some(remedy))
            }
            (false, None) => ("which does not exist", String::new(), None),
        };
        Error::new(
            format!("profile {name} cannot be read"),
            format!("it includes {included}, {cause} ({place}){more}"),
            remedy.unwrap_or_else(|| format!("correct {key}")),
        )
    }

    /// More profiles in a row than anybody has.
    pub(crate) fn too_many(&self, name: &str, key: &str) -> Error {
        let place = self.place(name, key).unwrap_or_default();
        Error::new(
            format!("profile {name} cannot be read"),
            format!("its {key} ({place}) leads through more than {LONGEST_CHAIN} profiles"),
            format!("let {key} name a profile that is nearer to the end"),
        )
    }

    /// The section of that kind whose name is most like `name`.
    pub(crate) fn nearest(&self, kind: SectionKind, name: &str) -> Option<&str> {
        let wanted = name.to_lowercase();
        let sections = self.files().iter().flat_map(|file| &file.content.sections);
        sections
            .filter(|section| section.kind == kind)
            .take(COMPARED)
            .map(|section| section.name.as_str())
            .map(|near| (strsim::jaro_winkler(&wanted, &near.to_lowercase()), near))
            .filter(|(likeness, _)| *likeness >= NEAR)
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, near)| near)
    }
}
