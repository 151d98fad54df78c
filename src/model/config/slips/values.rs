//! Values that are part of an identity, in the sections of one name of one file: two different ones
//! are a mistake, and so are invisible characters. Otherwise the user would silently get another
//! identity, or lose a guard.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::escape::unseen;
use crate::model::config::line::is_literal;
use crate::model::config::names::suggest::is_own;
use crate::model::config::profiles::Profiles;
use crate::model::config::section::{Glued, ParsedFile, Section, SectionKind};
use crate::model::config::setting::Setting;

/// The values so far, by the names of their settings in lower case.
#[derive(Default)]
pub(crate) struct Values<'a> {
    seen: BTreeMap<Cow<'a, str>, Seen<'a>>,
}

struct Seen<'a> {
    setting: Setting<'a>,
    /// Its section is not read: see [`Section::is_replaced`].
    is_replaced: bool,
}

impl<'a> Values<'a> {
    pub(crate) fn has(&self, key: &str) -> bool {
        self.seen.contains_key(key.to_ascii_lowercase().as_str())
    }

    /// Takes one more. `whose` names the section in errors.
    pub(crate) fn add(
        &mut self,
        setting: Setting<'a>,
        (file, section): (&ParsedFile, &Section),
        profiles: &Profiles,
        whose: &str,
    ) -> Result<()> {
        if setting.value.is_empty() && is_own(setting.key) {
            return Err(Error::new(
                format!("{} has no value", setting.key),
                format!("it is empty ({})", setting.place()),
                "write a value, or delete the line",
            ));
        }
        check_unseen(&setting, profiles)?;
        let key = match setting.key.bytes().any(|b| b.is_ascii_uppercase()) {
            true => Cow::Owned(setting.key.to_ascii_lowercase()),
            false => Cow::Borrowed(setting.key),
        };
        let is_replaced = section.is_replaced;
        match self.seen.get(&key) {
            Some(seen) if seen.setting.value != setting.value => {
                Err(two_values(&seen.setting, &setting, file, whose))
            }
            Some(_) if is_replaced => Ok(()),
            _ => {
                let seen = Seen {
                    setting,
                    is_replaced,
                };
                self.seen.insert(key, seen);
                Ok(())
            }
        }
    }

    /// The SDKs ignore `[default]` beside `[profile default]`, and the AWS CLI reads what comes
    /// last. So the second one needs all that is part of an identity.
    pub(crate) fn check_replaced(&self, file: &ParsedFile, sections: &[&Section]) -> Result<()> {
        let lost = self.seen.values().find(|seen| seen.is_replaced);
        let read = sections.iter().find(|section| !section.is_replaced);
        let (Some(Seen { setting: lost, .. }), Some(read)) = (lost, read) else {
            return Ok(());
        };
        Err(Error::new(
            format!("{} does not count in [default]", lost.key),
            format!(
                "[profile default] on line {} replaces [default], which has it on line {} of {}",
                read.line,
                lost.line,
                file.path.display()
            ),
            "put all settings into one of the two sections",
        ))
    }
}

/// Names of sections may have invisible characters, as some emoji do. Then there is such a section.
fn check_unseen(setting: &Setting<'_>, profiles: &Profiles) -> Result<()> {
    let Some(points) = unseen(&setting.value) else {
        return Ok(());
    };
    let named = match setting.key.to_ascii_lowercase().as_str() {
        "source_profile" | "include_profile" | "parent_profile" => Some(SectionKind::Profile),
        "sso_session" => Some(SectionKind::SsoSession),
        "services" => Some(SectionKind::Services),
        _ => None,
    };
    let exists = |kind| profiles.sections(kind, &setting.value).next().is_some();
    if is_literal(setting.key) || named.is_some_and(exists) {
        return Ok(());
    }
    Err(Error::new(
        format!("{} cannot be read", setting.key),
        format!(
            "{points} is in its value, and it is invisible ({})",
            setting.place()
        ),
        "type the value anew",
    ))
}

/// Values are not shown: they may be secrets.
fn two_values(first: &Setting<'_>, second: &Setting<'_>, file: &ParsedFile, whose: &str) -> Error {
    let between = |glued: &&Glued| (first.line..second.line).contains(&glued.line);
    let (more, remedy) = match file.glued.iter().find(between) {
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
        format!("{whose} has two values for {}", first.key),
        format!(
            "line {} and line {} of {} differ{more}",
            first.line,
            second.line,
            file.path.display()
        ),
        remedy,
    )
}
