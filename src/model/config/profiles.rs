//! The sections of both files, by name.

use std::collections::BTreeMap;

use crate::error::Result;
use crate::model::config::parse::parse;
use crate::model::config::section::{ConfigFile, Ignored, ParsedFile, Section, SectionKind};

/// All profiles of both files.
#[derive(Debug)]
pub struct Profiles {
    files: Vec<ParsedFile>,
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
        Ok(Self { files })
    }

    /// The names of all profiles, sorted.
    pub fn names(&self) -> Vec<&str> {
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
        self.files.iter().flat_map(move |file| {
            let sections = file.sections.iter();
            let named = sections.filter(move |s| s.kind == kind && s.name == name);
            named.map(move |section| (file, section))
        })
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
