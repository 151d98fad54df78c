//! Profiles: the two shared files parsed by the SDK's own parser and merged, the credentials file
//! winning per property.

use std::path::PathBuf;

use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_runtime::env_config::property::PropertiesKey;
use aws_runtime::env_config::section::{self, EnvConfigSections};

use super::config_text::{
    ConfigFile, FileKind, Ignored, Normalised, Section, SectionKind, decode_name, encode_name,
    normalise, reveal,
};
use super::sdk_parser::parse_sections;
use super::settings::{Origin, Sourced};
use crate::error::Result;

/// The settings that make up a key.
const KEY_SETTINGS: [&str; 3] = [
    "aws_access_key_id",
    "aws_secret_access_key",
    "aws_session_token",
];

/// All profiles of both files. Sections are found by their names; the SDK's parser is given those of
/// a profile when it is asked for, since a file can have thousands and a run needs a few.
#[derive(Debug)]
pub struct Profiles {
    files: Vec<IndexedFile>,
}

#[derive(Debug)]
struct IndexedFile {
    kind: FileKind,
    path: PathBuf,
    content: Normalised,
}

/// One profile, with the settings that the parser found for it and for those it includes.
#[derive(Debug, Clone)]
pub struct Profile<'a> {
    name: String,
    /// Its own settings and, behind them, those of each profile that it includes.
    parts: Vec<section::Profile>,
    all: &'a Profiles,
}

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
    /// it in its turn.
    pub fn get(&self, name: &str) -> Result<Option<Profile<'_>>> {
        if !self.contains(name) {
            return Ok(None);
        }
        let mut profile = self.empty(name);
        let mut names = vec![name.to_owned()];
        while let Some(name) = names.last() {
            let parsed = self.parsed(SectionKind::Profile, name)?;
            let Some(part) = parsed.get_profile(&encode_name(name)) else {
                break;
            };
            profile.parts.push(part.clone());
            let Some(included) = part.get("include_profile").map(str::trim) else {
                break;
            };
            if names.iter().any(|name| name == included) || !self.contains(included) {
                return Err(self.cannot_include(name, included));
            }
            names.push(included.to_owned());
        }
        Ok(Some(profile))
    }

    /// A profile in which nothing is set.
    #[must_use]
    pub fn empty(&self, name: &str) -> Profile<'_> {
        let (name, parts) = (name.to_owned(), Vec::new());
        Profile {
            name,
            parts,
            all: self,
        }
    }

    /// Where a setting of the profile `name` is written, as `path, line N`: the last place of the
    /// file that wins.
    pub(super) fn place(&self, name: &str, key: &str) -> Option<String> {
        let mut sections = self.sections(SectionKind::Profile, name).rev();
        sections.find_map(|(file, section)| {
            let line = file.content.line_of(section, key)?;
            Some(format!("{}, line {line}", file.path.display()))
        })
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

    /// The sections of that kind and name, with their files, in the order in which they count: the
    /// last one wins.
    fn sections<'a>(
        &'a self,
        kind: SectionKind,
        name: &'a str,
    ) -> impl DoubleEndedIterator<Item = (&'a IndexedFile, &'a Section)> {
        self.files.iter().flat_map(move |file| {
            let sections = file.content.sections.iter();
            let named = sections.filter(move |s| s.kind == kind && s.name == name);
            named.map(move |section| (file, section))
        })
    }

    /// What the SDK's parser makes of the sections of that kind and name.
    fn parsed(&self, kind: SectionKind, name: &str) -> Result<EnvConfigSections> {
        let mut texts = [FileKind::Config, FileKind::Credentials].map(|kind| (kind, String::new()));
        for (file, section) in self.sections(kind, name) {
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

    /// A section that was meant to be of this profile but does not count: where it stands, and
    /// what to write instead.
    #[must_use]
    pub fn ignored(&self, name: &str) -> Option<(String, &str)> {
        self.files.iter().find_map(|file| {
            let Ignored { line, instead, .. } =
                file.content.ignored.iter().find(|i| i.name == name)?;
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
        let mut values = values.filter_map(|part| part.get(key)).map(str::trim);
        values.find(|value| !value.is_empty())
    }

    /// The key of a profile is its own: including one lends settings, not an identity.
    fn parts_with(&self, key: &str) -> &[section::Profile] {
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
        let says = |part: &&section::Profile| part.get(key).map(str::trim) == Some(value);
        let part = self.parts_with(key).iter().find(says)?;
        self.all.place(&decode_name(part.name()), key)
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
        self.all.ignored(&self.name)
    }

    /// The settings of the `[sso-session]` that it names, as `session.NAME` and value.
    #[must_use]
    pub fn sso_session(&self) -> Vec<(String, String)> {
        let Some(name) = self.get("sso_session") else {
            return Vec::new();
        };
        let Ok(parsed) = self.all.parsed(SectionKind::SsoSession, name) else {
            return Vec::new();
        };
        let Some(session) = parsed.sso_session(&encode_name(name)) else {
            return Vec::new();
        };
        let settings = ["sso_start_url", "sso_region", "sso_registration_scopes"];
        let set = settings.into_iter().filter_map(|key| {
            let value = session.get(key)?.to_owned();
            Some((format!("session.{key}"), value))
        });
        set.collect()
    }

    /// The endpoints of its `[services]` section: service (`sts`) and URL.
    ///
    /// # Errors
    /// The SDK's parser does not take that section.
    pub fn service_endpoints(&self) -> Result<Vec<(String, String)>> {
        let Some(services) = self.get("services") else {
            return Ok(Vec::new());
        };
        let parsed = self.all.parsed(SectionKind::Services, services)?;
        let sections = self.all.sections(SectionKind::Services, services);
        let mut found: Vec<(String, String)> = sections
            .flat_map(|(file, section)| file.content.keys(section))
            .filter_map(|(service, _)| {
                let service = service.to_ascii_lowercase();
                let key = PropertiesKey::builder()
                    .section_key("services")
                    .section_name(encode_name(services))
                    .property_name(&service)
                    .sub_property_name("endpoint_url")
                    .build()
                    .ok()?;
                let url = parsed.other_sections().get(&key)?;
                Some((service, url.to_owned()))
            })
            .collect();
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }
}
