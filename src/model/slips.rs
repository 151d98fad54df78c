//! Slips in the files that would make somebody another one, or leave a guard off, without a word.
//! Sections that a run uses are looked at, those of other profiles are not.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::escape::unseen;
use crate::model::config_text::{FileKind, Glued, Line, Section, SectionKind, without_comment};
use crate::model::known_settings::{
    identifies, is_known, is_other_name, is_own, meant_by, own_settings,
};
use crate::model::misspelt::Slip;
use crate::model::profile::{IndexedFile, Places, Profiles};
use crate::model::sdk_text::is_literal;

/// Names of settings that nobody knows, of one section, that are held against all that are known.
/// Nobody writes as many, and the time for a file stays in proportion to its length.
const MOST: usize = 1000;

impl Profiles {
    /// Looks at the sections of that kind and name.
    ///
    /// # Errors
    /// What identifies somebody has two values in one file, characters that nobody sees, or stands
    /// where it does not count; a setting of mfaexec's that does not exist or has no value.
    pub(crate) fn check(
        &self,
        kind: SectionKind,
        name: &str,
        sections: &Places<'_>,
    ) -> Result<Vec<Slip>> {
        let mut slips = Vec::new();
        for file in self.files() {
            let of_file = sections.iter().filter(|(its, _)| its.kind == file.kind);
            let mut check = Check::new(self, file, kind, name);
            for (_, section) in of_file.clone() {
                check.section(section)?;
            }
            check.end(of_file.map(|(_, section)| *section))?;
            slips.append(&mut check.slips);
        }
        Ok(slips)
    }
}

/// What a file says about one profile, so far.
struct Check<'a> {
    profiles: &'a Profiles,
    file: &'a IndexedFile,
    kind: SectionKind,
    name: &'a str,
    /// The settings that identify, by their names in lower case.
    first: BTreeMap<Cow<'a, str>, Value<'a>>,
    slips: Vec<Slip>,
    unknown: usize,
}

/// A value and where it is written.
struct Value<'a> {
    key: &'a str,
    text: Cow<'a, str>,
    line: usize,
    /// In `[default]`, which `[profile default]` replaces.
    in_default: bool,
}

impl<'a> Check<'a> {
    fn new(
        profiles: &'a Profiles,
        file: &'a IndexedFile,
        kind: SectionKind,
        name: &'a str,
    ) -> Self {
        Self {
            profiles,
            file,
            kind,
            name,
            first: BTreeMap::new(),
            slips: Vec::new(),
            unknown: 0,
        }
    }

    fn section(&mut self, section: &'a Section) -> Result<()> {
        let content = &self.file.content;
        let in_default = self.file.kind == FileKind::Config
            && content.text[section.text.clone()].starts_with("[default]");
        let mut last: Option<Value<'a>> = None;
        let mut above = ("", section.line);
        let mut glued = None;
        for (line, what) in content.lines(section) {
            match what {
                Line::Setting(key, value) => {
                    self.value(last.take())?;
                    above = (key, line);
                    if self.is_identifying(key) {
                        if let Some(glued) = glued {
                            self.in_glued(section, glued, key, line)?;
                        }
                        last = Some(Value {
                            key,
                            text: Cow::Borrowed(without_comment(value)),
                            line,
                            in_default,
                        });
                    } else {
                        self.unknown(key, value, line)?;
                    }
                }
                Line::Odd(key) => {
                    self.value(last.take())?;
                    above = (key, line);
                    self.odd(key, line)?;
                }
                Line::Below(text) => {
                    self.below(text, line, above)?;
                    if let Some(value) = &mut last {
                        value.text.to_mut().push_str(&format!("\n{text}"));
                    }
                }
            }
            glued = self.glued(line).or(glued);
        }
        self.value(last)
    }

    /// In `[services]` every setting is the endpoint of a service.
    fn is_identifying(&self, key: &str) -> bool {
        self.kind == SectionKind::Services || identifies(key)
    }

    fn value(&mut self, value: Option<Value<'a>>) -> Result<()> {
        let Some(value) = value else { return Ok(()) };
        if value.text.is_empty() && is_own(value.key) {
            return Err(Error::new(
                format!("{} has no value", value.key),
                format!("it is empty ({})", self.place(value.line)),
                "write a value, or delete the line",
            ));
        }
        self.unseen_value(&value)?;
        let key = match value.key.bytes().any(|b| b.is_ascii_uppercase()) {
            true => Cow::Owned(value.key.to_ascii_lowercase()),
            false => Cow::Borrowed(value.key),
        };
        match self.first.get(&key) {
            Some(first) if first.text != value.text => Err(self.two_values(first, &value)),
            Some(_) if value.in_default => Ok(()),
            _ => {
                self.first.insert(key, value);
                Ok(())
            }
        }
    }

    /// Values are not shown: they may be secrets.
    fn two_values(&self, first: &Value<'_>, second: &Value<'_>) -> Error {
        let glued = self.file.content.glued.iter();
        let mut between = glued.filter(|g| (first.line..second.line).contains(&g.line));
        let (more, remedy) = match between.next() {
            Some(Glued { line, header, .. }) => (
                format!("; line {line} ends in [{header}], which begins no section there"),
                format!("give [{header}] a line of its own"),
            ),
            None => (
                String::new(),
                "delete the wrong one of the two lines".to_owned(),
            ),
        };
        Error::new(
            format!("{} has two values for {}", self.whose(), first.key),
            format!(
                "line {} and line {} of {} differ{more}",
                first.line,
                second.line,
                self.file.path.display()
            ),
            remedy,
        )
    }

    /// `[profile default]` replaces `[default]` for the SDKs, and the AWS CLI takes whatever comes
    /// last: what identifies in `[default]` must be in both.
    fn end<'s>(&self, mut sections: impl Iterator<Item = &'s Section>) -> Result<()> {
        let mut values = self.first.values();
        if values.all(|value| !value.in_default) {
            return Ok(());
        }
        let text = &self.file.content.text;
        let full = sections.find(|s| text[s.text.clone()].starts_with("[profile "));
        let lost = self.first.values().find(|value| value.in_default);
        match (full, lost) {
            (Some(full), Some(lost)) => Err(Error::new(
                format!("{} does not count in [default]", lost.key),
                format!(
                    "[profile default] on line {} replaces [default], which has it on line {} of {}",
                    full.line,
                    lost.line,
                    self.file.path.display()
                ),
                "put all settings into one of the two sections",
            )),
            _ => Ok(()),
        }
    }

    /// What nobody sees in a value that identifies. Names of sections may have such characters, as
    /// some emoji do; then the section is there.
    fn unseen_value(&self, value: &Value<'_>) -> Result<()> {
        let Some(points) = unseen(&value.text) else {
            return Ok(());
        };
        let named = match value.key.to_ascii_lowercase().as_str() {
            "source_profile" | "include_profile" | "parent_profile" => Some(SectionKind::Profile),
            "sso_session" => Some(SectionKind::SsoSession),
            "services" => Some(SectionKind::Services),
            _ => None,
        };
        let is_there = |kind| self.profiles.sections(kind, &value.text).next().is_some();
        if is_literal(value.key) || named.is_some_and(is_there) {
            return Ok(());
        }
        Err(Error::new(
            format!("{} cannot be read", value.key),
            format!(
                "{points} is in its value, which nobody sees ({})",
                self.place(value.line)
            ),
            "type the value anew",
        ))
    }

    /// A name that some parser takes, but perhaps nobody reads.
    fn unknown(&mut self, key: &str, value: &str, line: usize) -> Result<()> {
        if is_known(key) || self.kind == SectionKind::Services {
            return Ok(());
        }
        if is_own(key) {
            return Err(self.not_own(key, line));
        }
        self.slip(key, value, line)
    }

    /// A name that no parser takes.
    fn odd(&mut self, key: &str, line: usize) -> Result<()> {
        let plain: String = key
            .chars()
            .filter(|c| unseen(c.encode_utf8(&mut [0; 4])).is_none())
            .collect();
        if let Some(points) = unseen(key)
            && (is_known(&plain) || self.kind == SectionKind::Services)
        {
            return Err(Error::new(
                format!("{plain} does not count"),
                format!(
                    "{points} is in its name, which nobody sees ({})",
                    self.place(line)
                ),
                "type the name anew",
            ));
        }
        self.unknown(key, "", line)
    }

    fn slip(&mut self, key: &str, value: &str, line: usize) -> Result<()> {
        self.unknown += 1;
        if self.unknown > MOST {
            return Ok(());
        }
        match meant_by(key, value) {
            // One that lacks the prefix may be another tool's.
            Some(meant) if is_own(meant) && !is_other_name(key) => Err(self.not_own(key, line)),
            Some(meant) => {
                self.slips.push(Slip {
                    key: key.to_owned(),
                    meant,
                    place: self.place(line),
                });
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn not_own(&self, key: &str, line: usize) -> Error {
        let remedy = match meant_by(key, "") {
            Some(meant) => format!("did you mean {meant}?"),
            None => format!("mfaexec has {}", own_settings()),
        };
        let what = format!("{key} is not a setting of mfaexec");
        Error::new(what, format!("it is in {}", self.place(line)), remedy)
    }

    /// A setting that is indented by accident belongs to the one above, and does not count.
    fn below(&self, text: &str, line: usize, (above, above_line): (&str, usize)) -> Result<()> {
        let Some((key, _)) = text.split_once(['=', ':']) else {
            return Ok(());
        };
        let key = key.trim();
        // Groups have endpoints of their own, and programs and policies any text.
        let theirs = key.eq_ignore_ascii_case("endpoint_url") || is_literal(above);
        let own = is_own(key) && !key.contains(char::is_whitespace);
        if theirs || self.kind == SectionKind::Services || !(identifies(key) || own) {
            return Ok(());
        }
        Err(Error::new(
            format!("{key} does not count"),
            format!(
                "it is indented ({}), so it belongs to {above} on line {above_line}",
                self.place(line)
            ),
            format!("begin {key} where {above} begins"),
        ))
    }

    /// The section that should begin on this line, if it had a line of its own.
    fn glued(&self, line: usize) -> Option<&'a Glued> {
        let glued = &self.file.content.glued;
        let at = glued.binary_search_by_key(&line, |glued| glued.line).ok()?;
        Some(&glued[at]).filter(|glued| glued.section.is_some() && !glued.in_comment)
    }

    /// What identifies behind such a line was meant for somebody else.
    fn in_glued(&self, section: &Section, glued: &Glued, key: &str, line: usize) -> Result<()> {
        // In the credentials file any brackets might be a header; with a key behind them they are.
        let is_key = ["aws_access_key_id", "aws_secret_access_key"]
            .iter()
            .any(|half| key.eq_ignore_ascii_case(half));
        let key_again = || self.first.contains_key(key.to_ascii_lowercase().as_str());
        if key_again() || self.file.kind == FileKind::Credentials && !is_key {
            return Ok(());
        }
        Err(Error::new(
            format!("{key} may belong to another section than {}", self.whose()),
            format!(
                "line {} of {} ends in [{}], which begins no section there, and {key} comes after it on line {line}; the section before it began on line {}",
                glued.line,
                self.file.path.display(),
                glued.header,
                section.line
            ),
            format!("give [{}] a line of its own", glued.header),
        ))
    }

    fn whose(&self) -> String {
        match self.kind {
            SectionKind::Profile => format!("profile {}", self.name),
            SectionKind::SsoSession => format!("[sso-session {}]", self.name),
            SectionKind::Services => format!("[services {}]", self.name),
        }
    }

    fn place(&self, line: usize) -> String {
        format!("{}, line {line}", self.file.path.display())
    }
}
