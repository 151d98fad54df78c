//! Profiles: the two shared files parsed by the SDK's own parser and merged, the credentials file
//! winning per property.

use std::path::PathBuf;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_runtime::env_config::property::PropertiesKey;
use aws_runtime::env_config::section::{self, EnvConfigSections};
use aws_runtime::env_config::source;
use aws_types::os_shim_internal::{Env, Fs};

use super::config_text::{
    ConfigFile, FileKind, Ignored, Normalised, Section, SectionKind, encode_name, normalise,
};
use crate::error::{Error, Kind, Result};

/// How alike two names must be (Jaro-Winkler) for one to be offered in place of the other.
const NEAR: f64 = 0.8;
/// How many names an error lists before it stops.
const LISTED: usize = 12;

/// All profiles of both files.
#[derive(Debug)]
pub struct Profiles {
    parsed: EnvConfigSections,
    files: Vec<IndexedFile>,
}

#[derive(Debug)]
struct IndexedFile {
    path: PathBuf,
    sections: Vec<Section>,
    ignored: Vec<Ignored>,
}

/// One profile, with the settings that the parser found for it.
#[derive(Debug, Clone, Copy)]
pub struct Profile<'a> {
    name: &'a str,
    inner: &'a section::Profile,
    all: &'a Profiles,
}

impl Profiles {
    /// Parses the files.
    ///
    /// # Errors
    /// What [`normalise`] refuses; each error names the file and the line.
    pub fn parse(files: Vec<ConfigFile>) -> Result<Self> {
        let mut builder = EnvConfigFiles::builder();
        let mut indexed = Vec::new();
        for file in files {
            let Normalised {
                text,
                sections,
                ignored,
            } = normalise(&file)?;
            let kind = match file.kind {
                FileKind::Config => EnvConfigFileKind::Config,
                FileKind::Credentials => EnvConfigFileKind::Credentials,
            };
            builder = builder.with_contents(kind, text);
            indexed.push(IndexedFile {
                path: file.path,
                sections,
                ignored,
            });
        }
        let parsed = parse_sections(&builder.build())?;
        Ok(Self {
            parsed,
            files: indexed,
        })
    }

    /// The names of all profiles, sorted.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        let sections = self.files.iter().flat_map(|file| &file.sections);
        let mut names: Vec<&str> = sections
            .filter(|section| section.kind == SectionKind::Profile)
            .map(|section| section.name.as_str())
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The profile of that name.
    #[must_use]
    pub fn get<'a>(&'a self, name: &'a str) -> Option<Profile<'a>> {
        let inner = self.parsed.get_profile(&encode_name(name))?;
        Some(Profile {
            name,
            inner,
            all: self,
        })
    }

    /// The profile of that name, or an error that says what may have been meant. `chosen_by` is
    /// where the name came from, for the error.
    ///
    /// # Errors
    /// There is no such profile.
    pub fn require<'a>(&'a self, name: &'a str, chosen_by: &str) -> Result<Profile<'a>> {
        self.get(name)
            .ok_or_else(|| self.not_found(name, chosen_by))
    }

    fn not_found(&self, name: &str, chosen_by: &str) -> Error {
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

    /// A section that was meant to be of this profile but does not count: where it stands, and
    /// what to write instead.
    #[must_use]
    pub fn ignored(&self, name: &str) -> Option<(String, &str)> {
        self.files.iter().find_map(|file| {
            let Ignored { line, instead, .. } = file.ignored.iter().find(|i| i.name == name)?;
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
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// A setting by its name in lower case; an empty one is as good as none.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&'a str> {
        self.inner
            .get(key)
            .map(str::trim)
            .filter(|value| !value.is_empty())
    }

    /// Where a setting is written, as `path, line N`: the last place of the file that wins.
    #[must_use]
    pub fn place(&self, key: &str) -> Option<String> {
        self.all.files.iter().rev().find_map(|file| {
            let sections = file.sections.iter().rev();
            let line = sections
                .filter(|s| s.kind == SectionKind::Profile && s.name == self.name)
                .flat_map(|s| s.keys.iter().rev())
                .find_map(|(name, line)| (name == key).then_some(line))?;
            Some(format!("{}, line {line}", file.path.display()))
        })
    }

    /// See [`Profiles::ignored`].
    #[must_use]
    pub fn ignored(&self) -> Option<(String, &'a str)> {
        self.all.ignored(self.name)
    }

    /// The endpoints of its `[services]` section: service (`sts`) and URL.
    #[must_use]
    pub fn service_endpoints(&self) -> Vec<(&'a str, &'a str)> {
        let Some(services) = self.get("services") else {
            return Vec::new();
        };
        let sections = self.all.files.iter().flat_map(|file| &file.sections);
        let mut found: Vec<(&str, &str)> = sections
            .filter(|s| s.kind == SectionKind::Services && s.name == services)
            .flat_map(|section| &section.keys)
            .filter_map(|(service, _)| {
                let key = PropertiesKey::builder()
                    .section_key("services")
                    .section_name(encode_name(services))
                    .property_name(service)
                    .sub_property_name("endpoint_url")
                    .build()
                    .ok()?;
                let url = self.all.parsed.other_sections().get(&key)?;
                Some((service.as_str(), url.as_str()))
            })
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// The SDK's parser is behind an async function that only waits for files. With contents given
/// there is nothing to wait for, so one poll is all it takes, and no runtime is started.
fn parse_sections(files: &EnvConfigFiles) -> Result<EnvConfigSections> {
    let (env, fs) = (Env::from_slice(&[]), Fs::real());
    let mut load = pin!(source::load(&env, &fs, files));
    let failed = |cause: String| {
        let remedy = "mend the file, or point AWS_CONFIG_FILE at another one";
        Error::new("cannot read the AWS config files", cause, remedy)
    };
    match load.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(source)) => {
            EnvConfigSections::parse(source).map_err(|error| failed(error.to_string()))
        }
        Poll::Ready(Err(error)) => Err(failed(error.to_string())),
        Poll::Pending => Err(failed("the parser waits for something".to_owned())),
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
