//! Another long-term key, wherever the files have one: each section that has its id gets the new pair.
//! Every other byte stays as it is.

use crate::error::{Error, Result};
use crate::model::config::edit::Edit;
use crate::model::config::profiles::Profiles;
use crate::model::config::section::{FileKind, ParsedFile, Section, SectionKind};
use crate::model::config::setting::Setting;

const ID: &str = "aws_access_key_id";
const SECRET: &str = "aws_secret_access_key";

/// A file that has a key.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PlaceOfKey {
    pub kind: FileKind,
    /// The file, with the profiles in it that have the key, for people.
    pub shown: String,
    pub profiles: Vec<String>,
}

impl Profiles {
    /// Where a key is. Tools take a key from other sections than mfaexec reads, and after a rotation
    /// no section should have a dead one.
    pub(crate) fn places_of_key(&self, id: &str) -> Vec<PlaceOfKey> {
        let place = |file: &ParsedFile| {
            let mut names: Vec<&str> = sections_with(file, id).map(|s| s.name.as_str()).collect();
            names.dedup();
            let word = match names.len() {
                0 => return None,
                1 => "profile",
                _ => "profiles",
            };
            let path = file.path.display();
            Some(PlaceOfKey {
                kind: file.kind,
                shown: format!("{path} ({word} {})", names.join(", ")),
                profiles: names.into_iter().map(str::to_owned).collect(),
            })
        };
        self.files().iter().filter_map(place).collect()
    }

    /// The changes that put the new pair into one file.
    ///
    /// # Errors
    /// A section has the id alone, or another one, too: which secret belongs to it is not certain.
    pub(crate) fn replace_key(
        &self,
        kind: FileKind,
        id: &str,
        new: (&str, &str),
    ) -> Result<Vec<Edit>> {
        let Some(file) = self.files().iter().find(|file| file.kind == kind) else {
            return Ok(Vec::new());
        };
        let mut edits = Vec::new();
        for section in sections_with(file, id) {
            let (ids, secrets) = pair(file, section);
            if secrets.is_empty() || ids.iter().any(|setting| setting.value != id) {
                return Err(not_a_pair(id, ids.first(), secrets.is_empty()));
            }
            let change = |settings: &[Setting<'_>], value: &str| {
                let ranges = settings.iter().map(|setting| file.value_range(setting));
                ranges
                    .map(|range| Edit::new(range, value))
                    .collect::<Vec<_>>()
            };
            edits.extend(change(&ids, new.0));
            edits.extend(change(&secrets, new.1));
        }
        Ok(edits)
    }
}

/// The sections of profiles that have the key, also those that no SDK reads.
fn sections_with<'a>(file: &'a ParsedFile, id: &str) -> impl Iterator<Item = &'a Section> {
    let of_profiles = |section: &&Section| section.kind == SectionKind::Profile;
    let sections = file.sections.iter().filter(of_profiles);
    sections.filter(move |section| {
        let mut settings = file.settings(section);
        settings.any(|setting| setting.is(ID) && setting.value == id)
    })
}

fn pair<'a>(file: &'a ParsedFile, section: &Section) -> (Vec<Setting<'a>>, Vec<Setting<'a>>) {
    let of = |key: &str| file.settings(section).filter(|s| s.is(key)).collect();
    (of(ID), of(SECRET))
}

fn not_a_pair(id: &str, setting: Option<&Setting<'_>>, is_half: bool) -> Error {
    let place = setting.map_or_else(String::new, Setting::place);
    Error::new(
        format!("the key {id} cannot be replaced in every place"),
        match is_half {
            true => format!("its secret is not in the same section as its id ({place})"),
            false => format!("a section has two keys ({place})"),
        },
        "put the id and the secret of one key into the section, and nothing of another",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::config::section::ConfigFile;

    fn profiles(text: &str) -> Profiles {
        let file = ConfigFile {
            kind: FileKind::Credentials,
            path: "credentials".into(),
            bytes: text.into(),
        };
        Profiles::parse(vec![file]).expect("it is valid")
    }

    fn replaced(text: &str) -> Result<String> {
        let new = ("AKIANEW", "new/secret");
        let edits = profiles(text).replace_key(FileKind::Credentials, "AKIAOLD", new)?;
        let bytes = Edit::apply_all(edits, text.as_bytes());
        Ok(String::from_utf8(bytes).expect("it is text"))
    }

    #[test]
    fn every_section_with_the_key_gets_the_new_pair_and_nothing_else_changes() {
        let before = "\u{feff}# AKIAOLD\r\n[a]\r\n aws_access_key_id=AKIAOLD ; laptop\r\n# note\r\n\
                      AWS_SECRET_ACCESS_KEY = old/secret\r\n[b]\naws_access_key_id = AKIAOTHER\n\
                      aws_secret_access_key = other\n[default]\naws_secret_access_key=old/secret\n\
                      aws_access_key_id : AKIAOLD";
        let after = "\u{feff}# AKIAOLD\r\n[a]\r\n aws_access_key_id=AKIANEW ; laptop\r\n# note\r\n\
                     AWS_SECRET_ACCESS_KEY = new/secret\r\n[b]\naws_access_key_id = AKIAOTHER\n\
                     aws_secret_access_key = other\n[default]\naws_secret_access_key=new/secret\n\
                     aws_access_key_id : AKIANEW";
        assert_eq!(replaced(before).expect("it is possible"), after);
        assert_eq!(replaced(after).expect("it is possible"), after);
        let [place] = &profiles(before).places_of_key("AKIAOLD")[..] else {
            panic!("it is one file");
        };
        assert_eq!(place.shown, "credentials (profiles a, default)");
        assert!(profiles(after).places_of_key("AKIAOLD").is_empty());
    }

    #[test]
    fn a_pair_that_is_not_certain_is_refused_with_its_place() {
        for (text, words) in [
            (
                "[a]\naws_access_key_id = AKIAOLD\n[a]\naws_secret_access_key = s\n",
                "not in the same section",
            ),
            (
                "[a]\naws_access_key_id = AKIAX\naws_access_key_id = AKIAOLD\naws_secret_access_key = s\n",
                "two keys",
            ),
        ] {
            let error = replaced(text).expect_err("it is not certain").to_string();
            assert!(error.contains(words) && error.contains("line 2"), "{error}");
        }
    }
}
