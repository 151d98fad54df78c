//! Where the sections of each name are. It takes the time of a look at all of them, and pays for those
//! who look for many: without it, each look-up reads all headers.

use std::collections::BTreeMap;

use crate::model::config::section::{ParsedFile, SectionKind};

#[derive(Debug)]
pub(super) struct Index {
    /// By name, in the order in which they count: the place of the file, and that of the section in it.
    places: BTreeMap<String, Vec<(usize, usize)>>,
}

impl Index {
    pub(super) fn of(files: &[ParsedFile]) -> Self {
        let mut places: BTreeMap<String, Vec<(usize, usize)>> = BTreeMap::new();
        for (file, parsed) in files.iter().enumerate() {
            for (at, section) in parsed.sections.iter().enumerate() {
                match places.get_mut(&section.name) {
                    Some(known) => known.push((file, at)),
                    None => {
                        places.insert(section.name.clone(), vec![(file, at)]);
                    }
                }
            }
        }
        Self { places }
    }

    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    pub(super) fn places(&self, name: &str) -> &[(usize, usize)] {
        self.places.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// The names of all profiles, sorted.
    pub(super) fn names<'a>(&'a self, files: &'a [ParsedFile]) -> impl Iterator<Item = &'a str> {
        let is_profile = |(file, section): &(usize, usize)| {
            files[*file].sections[*section].kind == SectionKind::Profile
        };
        let profiles = self.places.iter();
        let profiles = profiles.filter(move |(_, places)| places.iter().any(is_profile));
        profiles.map(|(name, _)| name.as_str())
    }
}
