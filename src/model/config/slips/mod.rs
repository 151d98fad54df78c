//! Mistakes in the files after which the user would silently get another identity, or lose a guard.
//! Only the sections that a run reads are checked.

mod missing;
mod values;

use std::iter;

use crate::error::{Error, Result};
use crate::escape::unseen;
use crate::model::config::line::is_literal;
use crate::model::config::names::known::{identifies, is_known};
use crate::model::config::names::misspelt::Slip;
use crate::model::config::names::suggest::{is_other_name, is_own, meant_by, own_settings};
use crate::model::config::profiles::{Places, Profiles};
use crate::model::config::section::{FileKind, Glued, Ignored, ParsedFile, Section, SectionKind};
use crate::model::config::setting::Setting;
use crate::model::config::slips::values::Values;

/// Unknown names in one section that are compared with all known ones. It limits the time that a
/// file of any length takes.
const MOST_COMPARED: usize = 1000;

impl Profiles {
    /// Checks the sections of that kind and name, and returns the misspelt names in them.
    ///
    /// # Errors
    /// A setting that is part of an identity has two values in one file, has invisible characters,
    /// or is at a place where it is not read; a setting of mfaexec's is misspelt or has no value.
    pub(super) fn check(
        &self,
        kind: SectionKind,
        name: &str,
        places: &Places<'_>,
    ) -> Result<Vec<Slip>> {
        let mut slips = Vec::new();
        for file in self.files() {
            let of_file = places.iter().filter(|(its, _)| its.kind == file.kind);
            let sections: Vec<&Section> = of_file.map(|(_, section)| *section).collect();
            let mut check = SlipCheck::new(self, file, kind, name);
            for section in &sections {
                check.section(section)?;
            }
            check.values.check_replaced(file, &sections)?;
            slips.append(&mut check.slips);
        }
        Ok(slips)
    }

    /// Refuses a section that is not read, if it was probably meant to be of this profile and has a
    /// setting that decides who the user is.
    pub(super) fn check_ignored(&self, name: &str) -> Result<()> {
        for file in self.files() {
            let mut ignored = file.ignored.iter();
            let decisive = ignored.find_map(|ignored| {
                let of_profile = ignored.is_of(SectionKind::Profile, name);
                Some((ignored, ignored.decides.as_ref().filter(|_| of_profile)?))
            });
            let Some((Ignored { line, instead, .. }, (key, key_line))) = decisive else {
                continue;
            };
            let path = file.path.display();
            return Err(Error::new(
                format!("profile {name} has a section that does not count"),
                format!("it begins on line {line} of {path}, and has {key} on line {key_line}"),
                format!("write {instead}, or delete the section"),
            ));
        }
        Ok(())
    }
}

/// One file, and the sections of one name in it.
struct SlipCheck<'a> {
    profiles: &'a Profiles,
    file: &'a ParsedFile,
    kind: SectionKind,
    /// Names the section in errors.
    whose: String,
    values: Values<'a>,
    slips: Vec<Slip>,
    unknown: usize,
}

impl<'a> SlipCheck<'a> {
    fn new(profiles: &'a Profiles, file: &'a ParsedFile, kind: SectionKind, name: &str) -> Self {
        Self {
            profiles,
            file,
            kind,
            whose: match kind {
                SectionKind::Profile => format!("profile {name}"),
                SectionKind::SsoSession => format!("[sso-session {name}]"),
                SectionKind::Services => format!("[services {name}]"),
            },
            values: Values::default(),
            slips: Vec::new(),
            unknown: 0,
        }
    }

    fn section(&mut self, section: &'a Section) -> Result<()> {
        let mut glued = None;
        for setting in self.file.settings(section) {
            let below = setting.below.iter().map(|(line, _)| *line);
            let lines: Vec<usize> = iter::once(setting.line).chain(below).collect();
            if setting.is_odd() || !self.is_identifying(setting.key) {
                self.check_name(&setting)?;
                self.check_below(&setting)?;
            } else {
                if let Some(glued) = glued {
                    self.check_glued(section, glued, &setting)?;
                }
                self.check_below(&setting)?;
                let place = (self.file, section);
                self.values
                    .add(setting, place, self.profiles, &self.whose)?;
            }
            let mut lines = lines.into_iter().rev();
            glued = lines.find_map(|line| self.glued(line)).or(glued);
        }
        Ok(())
    }

    /// In `[services]` every setting is the endpoint of a service.
    fn is_identifying(&self, key: &str) -> bool {
        self.kind == SectionKind::Services || identifies(key)
    }

    fn check_name(&mut self, setting: &Setting<'_>) -> Result<()> {
        let key = setting.key;
        if setting.is_odd() {
            self.check_unseen(setting)?;
        }
        if is_known(key) || self.kind == SectionKind::Services {
            return Ok(());
        }
        if is_own(key) {
            return Err(not_own(setting));
        }
        self.unknown += 1;
        if self.unknown > MOST_COMPARED {
            return Ok(());
        }
        match meant_by(key, &setting.value) {
            // One that lacks the prefix may be another tool's.
            Some(meant) if is_own(meant) && !is_other_name(key) => Err(not_own(setting)),
            Some(meant) => {
                self.slips.push(Slip {
                    key: key.to_owned(),
                    meant,
                    place: setting.place(),
                });
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn check_unseen(&self, setting: &Setting<'_>) -> Result<()> {
        let Some(points) = unseen(setting.key) else {
            return Ok(());
        };
        let is_seen = |c: &char| unseen(c.encode_utf8(&mut [0; 4])).is_none();
        let seen: String = setting.key.chars().filter(is_seen).collect();
        if !is_known(&seen) && self.kind != SectionKind::Services {
            return Ok(());
        }
        Err(Error::new(
            format!("{seen} does not count"),
            format!(
                "{points} is in its name, and it is invisible ({})",
                setting.place()
            ),
            "type the name anew",
        ))
    }

    /// A setting that is indented by accident continues the one above, and is not read.
    fn check_below(&self, setting: &Setting<'_>) -> Result<()> {
        let above = setting.key;
        for (line, text) in &setting.below {
            let Some((key, _)) = text.split_once(['=', ':']) else {
                continue;
            };
            let key = key.trim();
            // Groups have endpoints of their own, and programs and policies any text.
            let is_theirs = key.eq_ignore_ascii_case("endpoint_url") || is_literal(above);
            let is_own = is_own(key) && !key.contains(char::is_whitespace);
            if is_theirs || self.kind == SectionKind::Services || !(identifies(key) || is_own) {
                continue;
            }
            let path = self.file.path.display();
            return Err(Error::new(
                format!("{key} does not count"),
                format!(
                    "it is indented ({path}, line {line}), so it belongs to {above} on line {}",
                    setting.line
                ),
                format!("begin {key} where {above} begins"),
            ));
        }
        Ok(())
    }

    /// The section that this line would begin, if its header had a line of its own.
    fn glued(&self, line: usize) -> Option<&'a Glued> {
        let glued = &self.file.glued;
        let at = glued.binary_search_by_key(&line, |glued| glued.line).ok()?;
        Some(&glued[at]).filter(|glued| glued.section.is_some() && !glued.in_comment)
    }

    /// After such a line, settings that are part of an identity were meant for another section.
    fn check_glued(&self, section: &Section, glued: &Glued, setting: &Setting<'_>) -> Result<()> {
        let Setting { key, line, .. } = setting;
        // In the credentials file any brackets might be a header; with a key behind them they are.
        let halves = ["aws_access_key_id", "aws_secret_access_key"];
        let is_key = halves.iter().any(|half| setting.is(half));
        if self.values.has(key) || self.file.kind == FileKind::Credentials && !is_key {
            return Ok(());
        }
        let Glued {
            line: glued_line,
            header,
            ..
        } = glued;
        Err(Error::new(
            format!("{key} may belong to another section than {}", self.whose),
            format!(
                "line {glued_line} of {} ends in [{header}], which begins no section there, and \
                 {key} comes after it on line {line}; the section before it began on line {}",
                self.file.path.display(),
                section.line
            ),
            format!("give [{header}] a line of its own"),
        ))
    }
}

fn not_own(setting: &Setting<'_>) -> Error {
    let key = setting.key;
    let remedy = match meant_by(key, "") {
        Some(meant) => format!("did you mean {meant}?"),
        None => format!("mfaexec has {}", own_settings()),
    };
    Error::new(
        format!("{key} is not a setting of mfaexec"),
        format!("it is in {}", setting.place()),
        remedy,
    )
}
