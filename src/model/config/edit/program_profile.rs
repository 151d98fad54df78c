//! A profile for programs that fetch their session by themselves: the lines that it takes, and where
//! they go in the config file. It is another profile than the one whose session it gives. Beside a
//! key or a role, `credential_process` counts in some SDKs and not in others.
//!
//! The order was read in the sources and tried: that of botocore, of the SDK for JavaScript v3, and of
//! that for Rust, which alone takes a program before a key. Other SDKs were not looked at.

use crate::error::{Error, Result};
use crate::model::config::edit::{Edit, line_end};
use crate::model::config::names::known::is_for_clients;
use crate::model::config::profile::{Profile, find};
use crate::model::config::profiles::Profiles;
use crate::model::config::section::{FileKind, ParsedFile, Section, SectionKind};
use crate::model::config::setting::Setting;

/// What it takes to give a program the session of a profile.
#[derive(Debug)]
pub(crate) struct ProgramProfile {
    /// What it is called.
    pub(crate) name: String,
    /// Its lines, a header first.
    pub(crate) lines: String,
    /// What has to change in the config file; nothing if the profile is there, at this place.
    pub(crate) edit: std::result::Result<Edit, String>,
}

/// Settings that come before `credential_process`, the file that they do so in, and where. Most may be
/// in either file.
const BEFORE_PROGRAM: [(&str, Option<FileKind>, &str); 7] = [
    ("role_arn", None, EVERYWHERE),
    ("web_identity_token_file", None, EVERYWHERE),
    ("sso_session", None, NOT_IN_JAVASCRIPT),
    ("sso_start_url", None, NOT_IN_JAVASCRIPT),
    ("login_session", None, NOT_IN_JAVASCRIPT),
    (
        "aws_access_key_id",
        Some(FileKind::Credentials),
        NOT_IN_RUST,
    ),
    ("aws_access_key_id", Some(FileKind::Config), NOT_IN_PYTHON),
];
const EVERYWHERE: &str = "in the AWS CLI and in the SDKs";
const NOT_IN_JAVASCRIPT: &str = "in the AWS CLI and in most SDKs, but not in that for JavaScript";
const NOT_IN_RUST: &str =
    "in the AWS CLI and in the SDKs for Python and JavaScript, but not in that for Rust";
const NOT_IN_PYTHON: &str =
    "in the SDK for JavaScript, but not in the AWS CLI and in those for Python and Rust";

/// What names the profile, for errors.
const OPTION: &str = "--profile";

impl Profiles {
    /// The profile `name` for programs, which get the session of the first profile of `chain` from
    /// `program`. What that one says about regions, endpoints and output is said there, too; `region` is
    /// what it has from its sources.
    ///
    /// # Errors
    /// The name is one that not every SDK can read, or there is such a profile and its keys come from
    /// elsewhere.
    pub(crate) fn for_programs(
        &self,
        chain: &[String],
        name: &str,
        program: &[&str],
        region: Option<&str>,
    ) -> Result<ProgramProfile> {
        check_name(name)?;
        let of = chain.first().map_or("", String::as_str);
        let line = program.iter().map(|word| quoted(word));
        let line = line.collect::<Vec<_>>().join(" ");
        let process = format!("credential_process = {line}");
        let config = self.files().iter().find(|f| f.kind == FileKind::Config);
        let Some(config) = config else {
            return Err(self.not_found(of, "there is no config file"));
        };
        let mut lines = vec![header(name)];
        let profile = self.require(of, OPTION)?;
        lines.extend(profile.client_lines());
        if let (None, Some(region)) = (profile.get("region"), region) {
            lines.push(format!("region = {region}"));
        }
        lines.push(process.clone());
        let edit = match self.get(name)? {
            None => Ok(Edit::append(config, &lines)),
            Some(there) => {
                self.refuse_rivals(&there)?;
                // A stored key comes before the program for mfaexec, and is nothing to all others.
                let has_stored_key = there.get("mfaexec_stored_key").is_some();
                if !(has_stored_key && chain.last().is_some_and(|last| last == name)) {
                    refuse_loop(chain, name)?;
                }
                self.edit_section(config, &there, program, &process)?
            }
        };
        let end = line_end(config);
        Ok(ProgramProfile {
            name: name.to_owned(),
            lines: lines.iter().map(|line| format!("{line}{end}")).collect(),
            edit,
        })
    }

    /// Refuses a profile in which a program would not be asked, or not by all.
    fn refuse_rivals(&self, there: &Profile<'_>) -> Result<()> {
        let name = there.name();
        for (key, kind, where_so) in BEFORE_PROGRAM {
            let Some(place) = self.place_in(kind, name, key) else {
                continue;
            };
            return Err(Error::new(
                format!("profile {name} cannot get its keys from a program"),
                format!("it has {key} ({place}), which comes before credential_process {where_so}"),
                format!("choose another name: --as {name}-mfaexec"),
            ));
        }
        Ok(())
    }

    /// Where a profile has a setting, in this file or in either.
    fn place_in(&self, kind: Option<FileKind>, name: &str, key: &str) -> Option<String> {
        let sections = self.sections(SectionKind::Profile, name);
        let sections = sections.filter(|(file, section)| {
            kind.is_none_or(|kind| file.kind == kind) && !section.is_replaced
        });
        let settings = sections.flat_map(|(file, section)| file.settings(section));
        let mut settings = settings.filter(|setting| setting.is(key) && !setting.value.is_empty());
        settings.next().map(|setting| setting.place())
    }

    /// What has to change in a profile that is there; if nothing, its place.
    fn edit_section(
        &self,
        config: &ParsedFile,
        there: &Profile<'_>,
        program: &[&str],
        process: &str,
    ) -> Result<std::result::Result<Edit, String>> {
        let name = there.name();
        let last = |(_, section): &(&ParsedFile, &Section)| !section.is_replaced;
        let in_config = self.sections(SectionKind::Profile, name);
        let mut in_config = in_config.filter(|(file, _)| file.kind == FileKind::Config);
        let section = in_config.rfind(last);
        let Some(written) = there.sourced("credential_process") else {
            return Ok(Ok(match section {
                Some((_, section)) => Edit::insert(config, section, process),
                None => Edit::append(config, &[header(name), process.to_owned()]),
            }));
        };
        let words = shlex::split(&written.value).unwrap_or_default();
        let is_same = |have: &[String]| {
            have.iter()
                .map(String::as_str)
                .eq(program[1..].iter().copied())
        };
        let own = words
            .split_first()
            .filter(|(_, rest)| rest.len() >= program.len() - 1);
        match own {
            // Options may follow that a person has added.
            Some((path, rest))
                if is_same(&rest[..program.len() - 1]) && name_of(path) == name_of(program[0]) =>
            {
                let place = written.origin.to_string();
                if path == program[0] {
                    return Ok(Err(place));
                }
                let kept = rest
                    .iter()
                    .map(|word| quoted(word))
                    .collect::<Vec<_>>()
                    .join(" ");
                let line = format!("credential_process = {} {kept}", quoted(program[0]));
                let number = section.and_then(|(file, section)| {
                    let mut settings = file.settings(section);
                    Some(settings.find(|s| s.is("credential_process"))?.line)
                });
                match number {
                    Some(number) => Ok(Ok(Edit::replace(config, number, &line))),
                    None => Err(has_program(name, &place)),
                }
            }
            _ => Err(has_program(name, &written.origin.to_string())),
        }
    }
}

/// A program of a profile that has a part in its own keys would never end.
fn refuse_loop(chain: &[String], name: &str) -> Result<()> {
    let of = chain.first().map_or("", String::as_str);
    if !chain.iter().any(|profile| profile == name) {
        return Ok(());
    }
    Err(Error::new(
        format!("profile {name} cannot get its keys from a program"),
        format!("it is on the way to the keys of {of}, so the program would ask itself"),
        format!("choose another name: --as {}", name_for_programs(of)),
    ))
}

fn header(name: &str) -> String {
    match name {
        "default" => "[default]".to_owned(),
        _ => format!("[profile {name}]"),
    }
}

/// The name of a program, wherever it is.
fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn has_program(name: &str, place: &str) -> Error {
    Error::new(
        format!("profile {name} has another credential_process"),
        format!("it is in {place}"),
        format!("choose another name: --as {name}-mfaexec"),
    )
}

impl Profile<'_> {
    /// The lines of its settings that are for the program that calls AWS: not its keys, nor how to get some.
    fn client_lines(&self) -> Vec<String> {
        let mut seen: Vec<&str> = Vec::new();
        let mut lines = Vec::new();
        for setting in self.parts.iter().flatten() {
            if seen.contains(&setting.key) || !is_for_clients(setting.key) {
                continue;
            }
            seen.push(setting.key);
            lines.extend(lines_of(setting));
        }
        lines
    }

    /// The long-term key that it has itself, if it has one: its place.
    pub(crate) fn place_of_key(&self) -> Option<String> {
        let own = self.parts.first()?;
        find(own, "aws_access_key_id").map(Setting::place)
    }
}

fn lines_of(setting: &Setting<'_>) -> Vec<String> {
    let below: Vec<&str> = setting.below.iter().map(|(_, text)| *text).collect();
    let first = match below.len() {
        0 => &setting.value,
        _ => setting
            .value
            .strip_suffix(&below.join("\n"))
            .unwrap_or_default(),
    };
    let first = format!("{} = {}", setting.key, first.trim_end());
    let below = below.into_iter().map(|text| format!("    {text}"));
    std::iter::once(first.trim_end().to_owned())
        .chain(below)
        .collect()
}

/// What the SDK for JavaScript reads in the header of a profile (`parseIni` of
/// `@smithy/shared-ini-file-loader`). All others read that, too.
fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_-@+.%:/".contains(c)
}

fn check_name(name: &str) -> Result<()> {
    match name.chars().find(|c| !is_plain(*c)) {
        None if !name.is_empty() => Ok(()),
        wrong => Err(Error::new(
            format!("{name} cannot be the name of a profile for programs"),
            match wrong {
                Some(c) => format!("not every SDK reads a name with {c:?} in it"),
                None => "it is empty".to_owned(),
            },
            format!("choose another name: --as {}", name_for_programs(name)),
        )),
    }
}

/// What the profile for programs is called if no one says.
pub(crate) fn name_for_programs(of: &str) -> String {
    let plain = of.chars().map(|c| if is_plain(c) { c } else { '-' });
    let plain: String = plain.collect();
    format!("{plain}-mfa")
}

/// A word as a shell and Python's shlex read it. Each character has a sign of its own before it, as
/// most SDKs end a value at a ` #` or ` ;`, within quotes, too.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-@+.%/:,=".contains(c) || !c.is_ascii();
    let mut quoted = String::new();
    for c in word.chars() {
        if !plain(c) {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted
}
