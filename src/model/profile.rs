//! Profiles: the two shared files parsed by the SDK's own parser and merged, the credentials file
//! winning per property.

use std::path::PathBuf;

use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_runtime::env_config::section::{self, EnvConfigSections};

use crate::error::{Error, Result};
use crate::model::config_text::{ConfigFile, FileKind, Ignored, Normalised, Section, SectionKind};
use crate::model::misspelt::Slip;
use crate::model::normalise::normalise;
use crate::model::origin::{Origin, Sourced};
use crate::model::sdk_parser::parse_sections;
use crate::model::sdk_text::{encode_name, reveal};

/// The settings that make up a key.
const KEY_SETTINGS: [&str; 4] = [
    "aws_access_key_id",
    "aws_secret_access_key",
    "aws_session_token",
    "aws_security_token",
];

/// Profiles that may follow one another by `source_profile` or `include_profile`. Nobody has as
/// many, and a file of any length ends in an error at once.
pub(crate) const LONGEST_CHAIN: usize = 100;

/// All profiles of both files. Sections are found by their names; the SDK's parser is given those of
/// a profile when it is asked for, since a file can have thousands and a run needs a few.
#[derive(Debug)]
pub struct Profiles {
    files: Vec<IndexedFile>,
}

/// A file, and what is where in it.
#[derive(Debug)]
pub(crate) struct IndexedFile {
    pub(crate) kind: FileKind,
    pub(crate) path: PathBuf,
    pub(crate) content: Normalised,
}

/// One profile, with the settings that the parser found for it and for those it includes.
#[derive(Debug, Clone)]
pub struct Profile<'a> {
    name: String,
    /// Its own settings and, behind them, those of each profile that it includes.
    parts: Vec<Part<'a>>,
    /// Settings in it that nobody reads, and that may have been meant to be others.
    slips: Vec<Slip>,
    pub(crate) all: &'a Profiles,
}

/// What one profile says itself, and where.
#[derive(Debug, Clone)]
struct Part<'a> {
    settings: section::Profile,
    sections: Places<'a>,
}

/// The sections of one name with their files, in the order in which they count: the last one wins.
/// They are looked for once, as a file may have very many.
pub(crate) type Places<'a> = Vec<(&'a IndexedFile, &'a Section)>;

impl Profiles {
    /// Reads the files.
    ///
    /// # Errors
    /// What [`normalise`] refuses; each error names the file and the line.
    pub fn parse(files: Vec<ConfigFile>) -> Result<Self> {
        let indexed = |file: ConfigFile| {
            Ok(IndexedFile {
                content: normalise(&file)?,
                kind: file.kind,
                path: file.path,
            })
        };
        let files = files.into_iter().map(indexed).collect::<Result<_>>()?;
        Ok(Self { files })
    }

    /// The names of all profiles, sorted.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        let sections = self.files.iter().flat_map(|file| &file.content.sections);
        let mut names: Vec<&str> = sections
            .filter(|section| section.kind == SectionKind::Profile)
            .map(|section| section.name.as_str())
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// What the profiles of both files say for a setting, sorted.
    #[must_use]
    pub fn values(&self, key: &str) -> Vec<String> {
        let sections = self.files.iter().flat_map(|file| {
            let sections = file.content.sections.iter();
            sections.map(move |section| &file.content.text[section.text.clone()])
        });
        let mut values: Vec<String> = sections
            .flat_map(str::lines)
            .filter_map(|line| line.split_once(" = "))
            .filter(|(name, _)| name.eq_ignore_ascii_case(key))
            .map(|(_, value)| value.trim().to_owned())
            .filter(|value| !value.is_empty())
            .collect();
        values.sort_unstable();
        values.dedup();
        values
    }

    /// Whether there is a profile of that name.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.sections(SectionKind::Profile, name).next().is_some()
    }

    /// The profile of that name, completed by the one that its `include_profile` names, and so on.
    ///
    /// # Errors
    /// The SDK's parser does not take its sections; one that it includes is not there, or includes
    /// it in its turn; slips after which it would be another one.
    pub fn get(&self, name: &str) -> Result<Option<Profile<'_>>> {
        let mut sections: Places = self.sections(SectionKind::Profile, name).collect();
        if sections.is_empty() {
            return Ok(None);
        }
        let mut profile = self.empty(name);
        let mut names = vec![name.to_owned()];
        while let Some(name) = names.last() {
            let mut slips = self.check(SectionKind::Profile, name, &sections)?;
            profile.slips.append(&mut slips);
            self.check_ignored(name)?;
            let parsed = self.parsed(&sections)?;
            let Some(settings) = parsed.get_profile(&encode_name(name)) else {
                break;
            };
            let settings = settings.clone();
            let included = included(&settings).map(|(key, name)| (key, name.to_owned()));
            profile.parts.push(Part { settings, sections });
            let Some((key, included)) = included else {
                break;
            };
            sections = self.sections(SectionKind::Profile, &included).collect();
            if names.contains(&included) || sections.is_empty() {
                return Err(self.cannot_include(name, key, &included));
            }
            if names.len() == LONGEST_CHAIN {
                return Err(self.too_many(&names[0], key));
            }
            names.push(included);
        }
        for slip in &profile.slips {
            slip.check(&profile)?;
        }
        Ok(Some(profile))
    }

    /// A section that may have been meant to be of this profile, and that would make it another one.
    fn check_ignored(&self, name: &str) -> Result<()> {
        let of_profile = |ignored: &&Ignored| ignored.is_of(SectionKind::Profile, name);
        for file in &self.files {
            for ignored in file.content.ignored.iter().filter(of_profile) {
                let Some((key, line)) = &ignored.decides else {
                    continue;
                };
                let path = file.path.display();
                return Err(Error::new(
                    format!("profile {name} has a section that does not count"),
                    format!(
                        "it begins on line {} of {path}, and has {key} on line {line}",
                        ignored.line
                    ),
                    format!("write {}, or delete the section", ignored.instead),
                ));
            }
        }
        Ok(())
    }

    /// A profile in which nothing is set.
    #[must_use]
    pub fn empty(&self, name: &str) -> Profile<'_> {
        Profile {
            name: name.to_owned(),
            parts: Vec::new(),
            slips: Vec::new(),
            all: self,
        }
    }

    /// Where a setting of the profile `name` is written, as `path, line N`: the last place of the
    /// file that wins.
    pub(crate) fn place(&self, name: &str, key: &str) -> Option<String> {
        let sections: Places = self.sections(SectionKind::Profile, name).collect();
        place(&sections, key)
    }

    /// The profile of that name, or an error that says what may have been meant. `chosen_by` is
    /// where the name came from, for the error.
    ///
    /// # Errors
    /// There is no such profile.
    pub fn require(&self, name: &str, chosen_by: &str) -> Result<Profile<'_>> {
        self.get(name)?
            .ok_or_else(|| self.not_found(name, chosen_by))
    }

    /// The files, in the order in which they count: the last one wins.
    pub(crate) fn files(&self) -> &[IndexedFile] {
        &self.files
    }

    /// The sections of that kind and name, as [`Places`].
    pub(crate) fn sections<'a, 'n>(
        &'a self,
        kind: SectionKind,
        name: &'n str,
    ) -> impl DoubleEndedIterator<Item = (&'a IndexedFile, &'a Section)> + use<'a, 'n> {
        self.files.iter().flat_map(move |file| {
            let sections = file.content.sections.iter();
            let named = sections.filter(move |s| s.kind == kind && s.name == name);
            named.map(move |section| (file, section))
        })
    }

    /// What the SDK's parser makes of these sections.
    pub(crate) fn parsed(&self, sections: &Places<'_>) -> Result<EnvConfigSections> {
        let mut texts = [FileKind::Config, FileKind::Credentials].map(|kind| (kind, String::new()));
        for (file, section) in sections {
            for (kind, text) in &mut texts {
                if *kind == file.kind {
                    text.push_str(&file.content.text[section.text.clone()]);
                }
            }
        }
        let mut builder = EnvConfigFiles::builder();
        for (kind, text) in texts {
            let kind = match kind {
                FileKind::Config => EnvConfigFileKind::Config,
                FileKind::Credentials => EnvConfigFileKind::Credentials,
            };
            builder = builder.with_contents(kind, text);
        }
        parse_sections(&builder.build())
    }

    /// A section that was meant to be of that kind and name but does not count: where it stands,
    /// and what to write instead.
    #[must_use]
    pub(crate) fn ignored(&self, kind: SectionKind, name: &str) -> Option<(String, &str)> {
        self.files.iter().find_map(|file| {
            let mut ignored = file.content.ignored.iter();
            let Ignored { line, instead, .. } = ignored.find(|i| i.is_of(kind, name))?;
            Some((
                format!("line {line} of {}", file.path.display()),
                instead.as_str(),
            ))
        })
    }

    /// The files' paths, for messages.
    #[must_use]
    pub fn paths(&self) -> String {
        let paths: Vec<_> = self
            .files
            .iter()
            .map(|file| file.path.display().to_string())
            .collect();
        paths.join(" and ")
    }
}

impl<'a> Profile<'a> {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A setting by its name in lower case; an empty one is as good as none.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        let values = self.parts_with(key).iter();
        let mut values = values.filter_map(|part| part.get(key));
        values.find(|value| !value.is_empty())
    }

    /// The key of a profile is its own: including one lends settings, not an identity.
    fn parts_with(&self, key: &str) -> &[Part<'a>] {
        let own = self.parts.len().min(1);
        match KEY_SETTINGS.contains(&key) {
            true => &self.parts[..own],
            false => &self.parts,
        }
    }

    /// Where a setting is written, as `path, line N`.
    #[must_use]
    pub fn place(&self, key: &str) -> Option<String> {
        let value = self.get(key)?;
        let says = |part: &&Part<'_>| part.get(key) == Some(value);
        let part = self.parts_with(key).iter().find(says)?;
        place(&part.sections, key)
    }

    /// A setting with its place.
    #[must_use]
    pub fn sourced(&self, key: &str) -> Option<Sourced<String>> {
        let value = reveal(self.get(key)?);
        let place = self.place(key).unwrap_or_default();
        Some(Sourced::new(value, Origin::Profile(place)))
    }

    /// See [`Profiles::ignored`].
    #[must_use]
    pub fn ignored(&self) -> Option<(String, &'a str)> {
        self.all.ignored(SectionKind::Profile, &self.name)
    }

    /// The profile with the key that this one's temporary key was made of, by aws-mfa's rule.
    pub(crate) fn long_term_sibling(&self) -> Option<String> {
        let name = format!("{}-long-term", self.name);
        self.all.contains(&name).then_some(name)
    }

    /// The device that it names, by aws-mfa's name for it as well.
    #[must_use]
    pub fn mfa_serial(&self) -> Option<Sourced<String>> {
        self.sourced("mfa_serial")
            .or_else(|| self.sourced("aws_mfa_device"))
    }

    /// What in it is not used, although somebody may have meant it to be.
    #[must_use]
    pub fn notices(&self) -> Vec<String> {
        let mut notices: Vec<String> = self.slips.iter().map(Slip::notice).collect();
        if let Some((place, instead)) = self.ignored() {
            notices.push(format!(
                "the section on {place} does not count: write {instead}"
            ));
        }
        if self.get("include_profile").is_none()
            && let Some(parent) = self.sourced("parent_profile")
        {
            let Sourced { value, origin } = parent;
            notices.push(format!(
                "parent_profile is an old name ({origin}): write include_profile = {value}"
            ));
        }
        notices
    }
}

impl Part<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.settings.get(key).map(str::trim)
    }
}

/// Where a setting is written, as `path, line N`: the last place of the file that wins.
pub(crate) fn place(sections: &Places<'_>, key: &str) -> Option<String> {
    sections.iter().rev().find_map(|(file, section)| {
        let line = file.content.line_of(section, key)?;
        Some(format!("{}, line {line}", file.path.display()))
    })
}

/// The profile that a part includes, and the setting that says so; aws-vault once had another name
/// for it.
fn included(settings: &section::Profile) -> Option<(&'static str, &str)> {
    let mut keys = ["include_profile", "parent_profile"].into_iter();
    keys.find_map(|key| {
        let name = settings.get(key)?.trim();
        (!name.is_empty()).then_some((key, name))
    })
}

impl Profile<'_> {
    /// The error of a profile from which no chain leads to a session.
    pub(crate) fn leads_nowhere(&self, cause: String, remedy: &str) -> Error {
        Error::new(
            format!("profile {} leads to no session", self.name()),
            cause,
            remedy,
        )
    }
}
