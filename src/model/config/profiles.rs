//! The sections of both files, by name.

use std::collections::BTreeMap;

use crate::error::Result;
use crate::model::config::index::Index;
use crate::model::config::parse::parse;
use crate::model::config::section::{ConfigFile, Ignored, ParsedFile, Section, SectionKind};

/// Names that are compared at most, so that a file of any length has its error at once.
const MOST_COMPARED: usize = 5000;
/// The same where there may be an error for each profile; among more, none is compared.
const MOST_COMPARED_EACH: usize = 100;

/// All profiles of both files.
#[derive(Debug)]
pub struct Profiles {
    files: Vec<ParsedFile>,
    /// For those who look at all of them. A run looks for a few, and reads the sections faster than it
    /// would put them in order.
    index: Option<Index>,
}

/// Sections of one kind and name with their files, in the order in which they count: the last one
/// wins.
pub(super) type Places<'a> = Vec<(&'a ParsedFile, &'a Section)>;

impl Profiles {
    /// Parses the files. The settings of the last one win.
    ///
    /// # Errors
    /// A file cannot be parsed; each error names the file and the line.
    pub fn parse(files: Vec<ConfigFile>) -> Result<Self> {
        let files = files.into_iter().map(parse).collect::<Result<_>>()?;
        let index = None;
        Ok(Self { files, index })
    }

    /// The same, for those who look at all of them: each is found at once, and errors do not compare
    /// names where there are so many that it takes long.
    pub(crate) fn indexed(mut self) -> Self {
        self.index = Some(Index::of(&self.files));
        self
    }

    /// The number of names that an error may compare another one with.
    pub(super) fn compared(&self) -> usize {
        match &self.index {
            Some(index) if index.len() > MOST_COMPARED_EACH => 0,
            Some(_) => MOST_COMPARED_EACH,
            None => MOST_COMPARED,
        }
    }

    /// The names of all profiles, sorted.
    pub fn names(&self) -> Vec<&str> {
        if let Some(index) = &self.index {
            return index.names(&self.files).collect();
        }
        let mut names: Vec<&str> = self.all(SectionKind::Profile).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The names of all sections of that kind, in their order.
    pub(super) fn all(&self, kind: SectionKind) -> impl Iterator<Item = &str> {
        let sections = self.files.iter().flat_map(|file| &file.sections);
        let sections = sections.filter(move |section| section.kind == kind);
        sections.map(|section| section.name.as_str())
    }

    /// The values that any section has for a setting, sorted, with the profiles that have them.
    pub fn values(&self, key: &str) -> BTreeMap<String, Vec<&str>> {
        let mut values = BTreeMap::<String, Vec<&str>>::new();
        for file in &self.files {
            for section in &file.sections {
                let settings = file.settings(section);
                for setting in settings.filter(|s| s.is(key) && !s.value.is_empty()) {
                    let names = values.entry(setting.value.into_owned()).or_default();
                    if section.kind == SectionKind::Profile {
                        names.push(&section.name);
                    }
                }
            }
        }
        values
    }

    /// Whether there is a profile of that name.
    pub fn contains(&self, name: &str) -> bool {
        self.sections(SectionKind::Profile, name).next().is_some()
    }

    pub(super) fn files(&self) -> &[ParsedFile] {
        &self.files
    }

    /// The sections of that kind and name, as [`Places`].
    pub(super) fn sections<'a, 'n>(
        &'a self,
        kind: SectionKind,
        name: &'n str,
    ) -> impl DoubleEndedIterator<Item = (&'a ParsedFile, &'a Section)> + use<'a, 'n> {
        let places = self.index.as_ref().map(|index| index.places(name));
        let unordered = match places {
            Some(_) => &[],
            None => &self.files[..],
        };
        let of_index = places.unwrap_or_default().iter().map(|(file, section)| {
            let file = &self.files[*file];
            (file, &file.sections[*section])
        });
        let of_index = of_index.filter(move |(_, section)| section.kind == kind);
        let scanned = unordered.iter().flat_map(move |file| {
            let sections = file.sections.iter();
            let named = sections.filter(move |s| s.kind == kind && s.name == name);
            named.map(move |section| (file, section))
        });
        of_index.chain(scanned)
    }

    /// The header of a profile's first section, as `path, line N`.
    pub(crate) fn place(&self, name: &str) -> Option<String> {
        let (file, section) = self.sections(SectionKind::Profile, name).next()?;
        Some(format!("{}, line {}", file.path.display(), section.line))
    }

    /// Sections that do not count, and were probably meant to be profiles: they decide who the user is,
    /// and no section that counts has their name. The name, the place, and what to write instead.
    pub(crate) fn not_counted(&self) -> Vec<(&str, String, &str)> {
        let ignored = self.files.iter().flat_map(|file| {
            let ignored = file.ignored.iter();
            ignored.map(move |ignored| (file, ignored))
        });
        let meant = ignored.filter(|(_, ignored)| {
            ignored.kind == SectionKind::Profile
                && ignored.decides.is_some()
                && !self.contains(&ignored.name)
        });
        meant
            .map(|(file, ignored)| {
                let place = format!("{}, line {}", file.path.display(), ignored.line);
                (ignored.name.as_str(), place, ignored.instead.as_str())
            })
            .collect()
    }

    /// A section that is not read, and was probably meant to be of that kind and name: where it is,
    /// and what to write instead.
    pub(super) fn ignored(&self, kind: SectionKind, name: &str) -> Option<(String, &str)> {
        self.files.iter().find_map(|file| {
            let mut ignored = file.ignored.iter();
            let Ignored { line, instead, .. } = ignored.find(|i| i.is_of(kind, name))?;
            let place = format!("line {line} of {}", file.path.display());
            Some((place, instead.as_str()))
        })
    }

    /// The files' paths, for messages.
    pub fn paths(&self) -> String {
        let paths = self.files.iter();
        let paths: Vec<_> = paths.map(|file| file.path.display().to_string()).collect();
        paths.join(" and ")
    }
}
