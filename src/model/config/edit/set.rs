//! Settings of one profile in one file, changed, added and removed. Every other byte stays as it is.

use std::ops::Range;

use crate::model::config::edit::Edit;
use crate::model::config::profiles::Profiles;
use crate::model::config::section::{FileKind, ParsedFile, Section, SectionKind};
use crate::model::config::setting::Setting;

impl Profiles {
    /// Gives settings of a profile their values in the file of that kind. One that is there keeps its
    /// place, its spelling and a comment behind it; others come right below the header, or with a header
    /// of their own at the end of the file.
    pub(crate) fn set(&self, kind: FileKind, name: &str, settings: &[(&str, &str)]) -> Vec<Edit> {
        let Some(file) = self.files().iter().find(|file| file.kind == kind) else {
            return Vec::new();
        };
        let line = |(key, value): &(&str, &str)| format!("{key} = {value}");
        let Some((_, last)) = self.sections_in(kind, name).next_back() else {
            let lines = [header(kind, name)].into_iter();
            let lines: Vec<String> = lines.chain(settings.iter().map(line)).collect();
            return vec![Edit::append(file, &lines)];
        };
        let mut edits = Vec::new();
        let mut new = Vec::new();
        for setting in settings {
            match self.counting(kind, name, setting.0) {
                Some((_, range)) => edits.push(Edit::new(range, setting.1)),
                None => new.push(line(setting)),
            }
        }
        if !new.is_empty() {
            edits.push(Edit::insert_lines(file, last, &new));
        }
        edits
    }

    /// Removes settings of a profile from the file of that kind, with the lines that continue them, also
    /// where a name is written twice.
    pub(crate) fn remove(&self, kind: FileKind, name: &str, keys: &[&str]) -> Vec<Edit> {
        let sections = self.sections_in(kind, name);
        let settings = sections.flat_map(|(file, section)| {
            let settings = file.settings(section).map(move |setting| (file, setting));
            settings.filter(|(_, setting)| keys.iter().any(|key| setting.is(key)))
        });
        settings
            .map(|(file, setting)| {
                let first = file.line_range(setting.line);
                let last = setting
                    .below
                    .last()
                    .map(|(number, _)| file.line_range(*number));
                Edit::new(
                    first.start..last.unwrap_or(first.clone()).end.max(first.end),
                    "",
                )
            })
            .collect()
    }

    /// The file in which the profile itself has a setting that counts, if it has one with a value.
    pub(crate) fn file_of(&self, name: &str, key: &str) -> Option<FileKind> {
        // The settings of the last file win, also against an empty one.
        let mut kinds = self.files().iter().rev().map(|file| file.kind);
        let kind = kinds.find(|kind| self.counting(*kind, name, key).is_some())?;
        let (setting, _) = self.counting(kind, name, key)?;
        (!setting.value.is_empty()).then_some(kind)
    }

    /// The setting of that name that counts among those of one file, and the place of its value.
    fn counting(
        &self,
        kind: FileKind,
        name: &str,
        key: &str,
    ) -> Option<(Setting<'_>, Range<usize>)> {
        let settings = self.sections_in(kind, name).flat_map(|(file, section)| {
            let settings = file.settings(section).map(move |setting| (file, setting));
            settings.filter(|(_, setting)| setting.is(key))
        });
        let (file, setting) = settings.last()?;
        let range = file.value_range(&setting);
        Some((setting, range))
    }

    /// The sections of a profile that are read in the file of that kind.
    fn sections_in<'a>(
        &'a self,
        kind: FileKind,
        name: &str,
    ) -> impl DoubleEndedIterator<Item = (&'a ParsedFile, &'a Section)> {
        let sections = self.sections(SectionKind::Profile, name);
        sections.filter(move |(file, section)| file.kind == kind && !section.is_replaced)
    }
}

impl ParsedFile {
    /// A line by its number, from 1, with its end.
    fn line_range(&self, number: usize) -> Range<usize> {
        let mut lines = self.text.split_inclusive('\n');
        let begin = lines.by_ref().take(number - 1).map(str::len).sum();
        begin..begin + lines.next().unwrap_or_default().len()
    }

    /// Where the value of a setting is, with the lines that continue it.
    pub(crate) fn value_range(&self, setting: &Setting<'_>) -> Range<usize> {
        let line = self.line_range(setting.line);
        let text = &self.text[line.clone()];
        let behind_key = text.find(setting.key).unwrap_or_default() + setting.key.len();
        let sign = text[behind_key..].find(['=', ':']).unwrap_or_default();
        let behind_sign = behind_key + sign + 1;
        let rest = &text[behind_sign..];
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let begin = line.start + behind_sign + blanks;
        let first = setting.value.split('\n').next().unwrap_or_default();
        let end = match setting.below.last() {
            None => begin + first.len(),
            Some((number, text)) => {
                let last = self.line_range(*number);
                let at = self.text[last.clone()].find(text).unwrap_or_default();
                last.start + at + text.len()
            }
        };
        begin..end
    }
}

/// The header of a profile's section, as the AWS CLI writes it.
fn header(kind: FileKind, name: &str) -> String {
    let quoted = match name.contains([' ', '\t', '#', ';']) {
        true => format!("\"{name}\""),
        false => name.to_owned(),
    };
    match kind {
        FileKind::Config if name != "default" => format!("[profile {quoted}]"),
        _ => format!("[{name}]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::config::section::ConfigFile;

    const KEY: &str = "aws_access_key_id";
    const SECRET: &str = "aws_secret_access_key";

    fn edited(text: &str, change: impl Fn(&Profiles) -> Vec<Edit>) -> String {
        let bytes = text.as_bytes().to_vec();
        let file = ConfigFile {
            kind: FileKind::Credentials,
            path: "credentials".into(),
            bytes: bytes.clone(),
        };
        let profiles = Profiles::parse(vec![file]).expect("it is valid");
        let after = Edit::apply_all(change(&profiles), &bytes);
        String::from_utf8(after).expect("it is text")
    }

    fn with_new_key(text: &str) -> String {
        edited(text, |profiles| {
            profiles.set(
                FileKind::Credentials,
                "a",
                &[(KEY, "AKIANEW"), (SECRET, "new/secret")],
            )
        })
    }

    #[test]
    fn a_value_changes_and_nothing_else() {
        let before = "\u{feff}# mine\r\n[a]\r\n  AWS_ACCESS_KEY_ID=AKIAOLD # laptop\r\n\
                      # note\r\naws_secret_access_key :  old/secret\r\nregion = x\r\n[b]\r\n";
        let after = "\u{feff}# mine\r\n[a]\r\n  AWS_ACCESS_KEY_ID=AKIANEW # laptop\r\n\
                      # note\r\naws_secret_access_key :  new/secret\r\nregion = x\r\n[b]\r\n";
        assert_eq!(with_new_key(before), after);
        assert_eq!(with_new_key(after), after);
    }

    #[test]
    fn of_two_settings_the_one_that_counts_changes() {
        let before = format!("[a]\n{KEY} = 1\n[b]\n{KEY} = 2\n[a]\n{KEY} = 3\n{SECRET} = 4");
        let after =
            format!("[a]\n{KEY} = 1\n[b]\n{KEY} = 2\n[a]\n{KEY} = AKIANEW\n{SECRET} = new/secret");
        assert_eq!(with_new_key(&before), after);
    }

    #[test]
    fn what_is_new_comes_below_the_header_or_at_the_end() {
        let new = format!("{KEY} = AKIANEW\n{SECRET} = new/secret\n");
        assert_eq!(
            with_new_key("[a]\nregion = x\n"),
            format!("[a]\n{new}region = x\n")
        );
        assert_eq!(with_new_key("[b]"), format!("[b]\n\n[a]\n{new}"));
        assert_eq!(with_new_key(""), format!("[a]\n{new}"));
        assert_eq!(
            with_new_key(&format!("[a]\n{SECRET} = old\n[b]\n")),
            format!("[a]\n{KEY} = AKIANEW\n{SECRET} = new/secret\n[b]\n")
        );
    }

    #[test]
    fn a_setting_is_removed_with_the_lines_below_it() {
        let removed = |text: &str| {
            edited(text, |profiles| {
                profiles.remove(FileKind::Credentials, "a", &[KEY, SECRET])
            })
        };
        assert_eq!(
            removed(&format!(
                "[a]\n# x\n{KEY} = 1\n{SECRET} = 2\n  3\nregion = y\n{KEY} = 3"
            )),
            "[a]\n# x\nregion = y\n"
        );
        assert_eq!(
            removed("[b]\naws_access_key_id = 1\n"),
            "[b]\naws_access_key_id = 1\n"
        );
    }
}
