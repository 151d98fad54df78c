//! A profile: what both files say about it, completed by the profiles that it includes.

use crate::error::{Error, Result};
use crate::model::config::names::known::is_known;
use crate::model::config::names::misspelt::Slip;
use crate::model::config::profiles::{Places, Profiles};
use crate::model::config::section::SectionKind;
use crate::model::config::setting::Setting;
use crate::model::origin::{Origin, Sourced};

/// The settings that make up a key.
const KEY_SETTINGS: [&str; 5] = [
    "aws_access_key_id",
    "aws_secret_access_key",
    "aws_session_token",
    "aws_security_token",
    "mfaexec_stored_key",
];

/// Names for the profile that another one includes. The second one is of older versions of
/// aws-vault.
const INCLUDES: [&str; 2] = ["include_profile", "parent_profile"];

/// Profiles that may follow each other by `source_profile` or `include_profile`. It is more than
/// people have, and a file of any length ends in an error at once.
pub(crate) const LONGEST_CHAIN: usize = 100;

#[derive(Debug, Clone)]
pub struct Profile<'a> {
    name: String,
    /// Its own settings, then those of each profile that it includes.
    pub(super) parts: Vec<ProfilePart<'a>>,
    slips: Vec<Slip>,
    pub(super) all: &'a Profiles,
}

/// The settings that one profile has itself, each name once.
pub(super) type ProfilePart<'a> = Vec<Setting<'a>>;

impl Profiles {
    /// The profile of that name, completed by those that it includes.
    ///
    /// # Errors
    /// A profile that it includes does not exist, or includes it; a mistake would silently give the
    /// user another identity.
    pub fn get(&self, name: &str) -> Result<Option<Profile<'_>>> {
        let mut places: Places = self.sections(SectionKind::Profile, name).collect();
        if places.is_empty() {
            return Ok(None);
        }
        let mut profile = self.empty(name);
        let mut names = Vec::new();
        let mut name = name.to_owned();
        loop {
            let mut slips = self.check(SectionKind::Profile, &name, &places)?;
            profile.slips.append(&mut slips);
            self.check_ignored(&name)?;
            profile.parts.push(settings_of(&places));
            let Some((key, setting)) = included(&profile.parts[names.len()]) else {
                break;
            };
            let included = setting.value.clone().into_owned();
            places = self.sections(SectionKind::Profile, &included).collect();
            if name == included || names.contains(&included) || places.is_empty() {
                return Err(self.cannot_include(&name, key, &included, &setting.place()));
            }
            names.push(std::mem::replace(&mut name, included));
            if names.len() == LONGEST_CHAIN {
                return Err(profile.too_many(key));
            }
        }
        for slip in &profile.slips {
            slip.check(&profile.name, |key| profile.get(key).is_some())?;
        }
        Ok(Some(profile))
    }

    /// A profile without settings.
    pub fn empty(&self, name: &str) -> Profile<'_> {
        Profile {
            name: name.to_owned(),
            parts: Vec::new(),
            slips: Vec::new(),
            all: self,
        }
    }

    /// The profile of that name, or an error that says what was probably meant. `chosen_by` is
    /// where the name came from, for the error.
    ///
    /// # Errors
    /// There is no such profile; those of [`Profiles::get`].
    pub fn require(&self, name: &str, chosen_by: &str) -> Result<Profile<'_>> {
        self.get(name)?
            .ok_or_else(|| self.not_found(name, chosen_by))
    }
}

impl<'a> Profile<'a> {
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A setting by its name in lower case; an empty one is like none.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.setting(key).map(|setting| &*setting.value)
    }

    /// Where a setting is written, as `path, line N`.
    pub fn place(&self, key: &str) -> Option<String> {
        self.setting(key).map(Setting::place)
    }

    /// A setting with its place.
    pub fn sourced(&self, key: &str) -> Option<Sourced<String>> {
        let setting = self.setting(key)?;
        let origin = Origin::Profile(setting.place());
        Some(Sourced::new(setting.value.clone().into_owned(), origin))
    }

    /// A setting as it is written, also if it is empty: for some, "nothing" is a value.
    pub(in crate::model) fn written(&self, key: &str) -> Option<&str> {
        debug_assert!(is_known(key), "{key} is not in the table of settings");
        let mut settings = self.parts.iter().flatten();
        let setting = settings.find(|setting| setting.is(key));
        setting.map(|setting| &*setting.value)
    }

    /// A setting of a group, such as `addressing_style` below `s3 =`.
    pub(in crate::model) fn nested(&self, group: &str, key: &str) -> Option<&str> {
        self.setting(group)?.nested(key)
    }

    /// The names of the settings of a group.
    pub(in crate::model) fn nested_names(&self, group: &str) -> impl Iterator<Item = &str> {
        self.setting(group)
            .into_iter()
            .flat_map(Setting::nested_names)
    }

    fn setting(&self, key: &str) -> Option<&Setting<'a>> {
        debug_assert!(is_known(key), "{key} is not in the table of settings");
        // The key of a profile is its own: it includes settings of others, not their identity.
        let parts = match KEY_SETTINGS.contains(&key) {
            true => &self.parts[..self.parts.len().min(1)],
            false => &self.parts,
        };
        parts.iter().find_map(|part| find(part, key))
    }

    /// Where a section is that is not read, although it was probably meant to be of this profile,
    /// and what to write instead.
    pub fn ignored(&self) -> Option<(String, &'a str)> {
        self.all.ignored(SectionKind::Profile, &self.name)
    }

    /// The profile with the key that this one's temporary key was made of, by aws-mfa's rule.
    pub(in crate::model) fn long_term_sibling(&self) -> Option<String> {
        let name = format!("{}-long-term", self.name);
        self.all.contains(&name).then_some(name)
    }

    /// The device that it names; aws-mfa has another name for this setting.
    pub fn mfa_serial(&self) -> Option<Sourced<String>> {
        self.sourced("mfa_serial")
            .or_else(|| self.sourced("aws_mfa_device"))
    }

    /// What is not read in it, although its author probably meant it to be.
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

    /// `key` leads from this profile through too many others.
    pub(in crate::model) fn too_many(&self, key: &str) -> Error {
        let place = self.place(key).unwrap_or_default();
        Error::new(
            format!("profile {} cannot be read", self.name),
            format!("its {key} ({place}) leads through more than {LONGEST_CHAIN} profiles"),
            format!("let {key} name a profile that is nearer to the end"),
        )
    }
}

/// The settings of these sections that count: of each name the last one, even if it is empty.
/// Those that no tool reads are left out, so that a section of any length takes little memory.
pub(super) fn settings_of<'a>(places: &Places<'a>) -> Vec<Setting<'a>> {
    let mut settings: Vec<Setting<'a>> = Vec::new();
    for (file, section) in places.iter().filter(|(_, section)| !section.is_replaced) {
        for setting in file.settings(section).filter(|s| is_known(s.key)) {
            match settings.iter_mut().find(|s| s.is(setting.key)) {
                Some(earlier) => *earlier = setting,
                None => settings.push(setting),
            }
        }
    }
    settings
}

/// The setting of that name, if it has a value.
pub(super) fn find<'s, 'a>(settings: &'s [Setting<'a>], key: &str) -> Option<&'s Setting<'a>> {
    let found = settings.iter().find(|setting| setting.is(key));
    found.filter(|setting| !setting.value.is_empty())
}

/// The names of a profile and of those that it includes, as far as they can be followed.
pub(super) fn included_names(profiles: &Profiles, name: &str) -> Vec<String> {
    let mut names = vec![name.to_owned()];
    while names.len() < LONGEST_CHAIN {
        let places = profiles.sections(SectionKind::Profile, &names[names.len() - 1]);
        let part = settings_of(&places.collect());
        match included(&part) {
            Some((_, setting)) if !names.iter().any(|known| *known == setting.value) => {
                names.push(setting.value.clone().into_owned());
            }
            _ => break,
        }
    }
    names
}

/// The setting that includes another profile, by its name in lower case.
fn included<'s, 'a>(part: &'s ProfilePart<'a>) -> Option<(&'static str, &'s Setting<'a>)> {
    let mut keys = INCLUDES.into_iter();
    keys.find_map(|key| Some((key, find(part, key)?)))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::config::{ConfigFile, FileKind};

    fn profiles(config: &str, credentials: &str) -> Profiles {
        let file = |kind, path: &str, text: &str| ConfigFile {
            kind,
            path: path.into(),
            bytes: text.into(),
        };
        let config = file(FileKind::Config, "config", config);
        let credentials = file(FileKind::Credentials, "credentials", credentials);
        Profiles::parse(vec![config, credentials]).expect("they are valid")
    }

    #[track_caller]
    fn assert_region(profiles: &Profiles, expected: Option<(&str, &str)>) {
        let default = profiles.require("default", "").expect("it is valid");
        let place = default.place("region");
        let region = default.get("region").zip(place.as_deref());
        assert_eq!(region, expected);
    }

    #[test]
    fn the_place_of_a_setting_is_that_of_the_value_that_counts() {
        let twice = "[default]\nregion = a\n[default]\nregion = b\n";
        assert_region(&profiles(twice, ""), Some(("b", "config, line 4")));
        let replaced = "[profile default]\nREGION = a\n[default]\nregion = b\n";
        assert_region(&profiles(replaced, ""), Some(("a", "config, line 2")));
        let both = profiles(replaced, "[default]\nregion: c # d");
        assert_region(&both, Some(("c", "credentials, line 2")));
        // An empty value hides the other one.
        assert_region(&profiles(twice, "[default]\nregion ="), None);
    }

    #[test]
    fn a_profile_includes_settings_and_not_keys() {
        let config = "[default]\ninclude_profile = b\n\
                      [profile b]\nregion = b\naws_access_key_id = AKIAEXAMPLE\n";
        let profiles = profiles(config, "");
        assert_region(&profiles, Some(("b", "config, line 4")));
        let default = profiles.require("default", "").expect("it is valid");
        assert_eq!(default.get("aws_access_key_id"), None);
    }

    #[test]
    fn every_character_stays_itself() {
        let config = "[default]\nregion = \u{f8c3}%20#\ncredential_process = a '#' ; b\n";
        let profiles = profiles(config, "[a%20b]\n[a b]\n[\u{e9}]\n");
        assert_eq!(profiles.names(), ["a b", "a%20b", "default", "\u{e9}"]);
        assert_region(&profiles, Some(("\u{f8c3}%20#", "config, line 2")));
        let default = profiles.require("default", "").expect("it is valid");
        assert_eq!(default.get("credential_process"), Some("a '#' ; b"));
    }
}
