//! The config file that a command gets instead of the user's own: the same profiles with the same
//! settings, except those that lead to credentials. There is no secret in it.

use std::fmt::Write as _;

use crate::model::config::line::value;
use crate::model::config::names::known::{is_known, leads_to_credentials};
use crate::model::config::profile::included_names;
use crate::model::config::profiles::Profiles;
use crate::model::config::section::SectionKind;
use crate::model::config::setting::Setting;

/// Words in the names of settings of unknown tools that probably hold a secret.
const SECRET_WORDS: [&str; 5] = ["credential", "key", "pass", "secret", "token"];

impl Profiles {
    /// All profiles. `process` gives the `credential_process` of each, if it gets one.
    pub(crate) fn private_config(&self, process: impl Fn(&str) -> Option<String>) -> String {
        let mut config = String::new();
        for name in self.names() {
            let header = match name {
                "default" => "default".to_owned(),
                name => header("profile", name),
            };
            self.write_profile(&mut config, &header, name);
            if let Some(line) = process(name) {
                // Writing into a string does not fail.
                let _ = writeln!(config, "credential_process = {line}");
            }
        }
        self.write_named_sections(&mut config);
        config
    }

    /// One profile, which the command has as `[default]`.
    pub(crate) fn private_default(&self, name: &str) -> String {
        let mut config = String::new();
        self.write_profile(&mut config, "default", name);
        self.write_named_sections(&mut config);
        config
    }

    /// Whether the profile, or one that it includes, says anything about credentials.
    pub(crate) fn names_credentials(&self, name: &str) -> bool {
        let mut names = included_names(self, name).into_iter();
        names.any(|name| {
            let mut settings = self.all_settings(SectionKind::Profile, &name).into_iter();
            settings.any(|setting| is_of_credentials(&setting))
        })
    }

    fn write_profile(&self, config: &mut String, header: &str, name: &str) {
        let _ = writeln!(config, "[{header}]");
        let mut written: Vec<Setting<'_>> = Vec::new();
        // Its own settings, then those of each profile that it includes.
        for name in included_names(self, name) {
            for setting in self.all_settings(SectionKind::Profile, &name) {
                if !is_of_credentials(&setting) && !written.iter().any(|w| w.is(setting.key)) {
                    written.push(setting);
                }
            }
        }
        for setting in &written {
            write_setting(config, setting);
        }
    }

    /// Sections that profiles name, and those that `aws sso login --sso-session` reads.
    fn write_named_sections(&self, config: &mut String) {
        let kinds = [
            (SectionKind::Services, "services"),
            (SectionKind::SsoSession, "sso-session"),
        ];
        for (kind, word) in kinds {
            let mut names: Vec<&str> = self.all(kind).collect();
            names.sort_unstable();
            names.dedup();
            for name in names {
                let _ = writeln!(config, "[{}]", header(word, name));
                for setting in self.all_settings(kind, name) {
                    if !holds_secret(&setting) {
                        write_setting(config, &setting);
                    }
                }
            }
        }
    }

    /// The settings of a section, also those that no known tool reads: of each name the last one.
    fn all_settings(&self, kind: SectionKind, name: &str) -> Vec<Setting<'_>> {
        let mut settings: Vec<Setting<'_>> = Vec::new();
        for (file, section) in self.sections(kind, name).filter(|(_, s)| !s.is_replaced) {
            for setting in file.settings(section) {
                match settings.iter_mut().find(|s| s.is(setting.key)) {
                    Some(earlier) => *earlier = setting,
                    None => settings.push(setting),
                }
            }
        }
        settings
    }
}

fn is_of_credentials(setting: &Setting<'_>) -> bool {
    leads_to_credentials(setting.key) || holds_secret(setting)
}

/// Whether it may hold a secret of a tool that is not known here.
fn holds_secret(setting: &Setting<'_>) -> bool {
    let key = setting.key.to_ascii_lowercase();
    !is_known(&key) && SECRET_WORDS.iter().any(|word| key.contains(word))
}

/// Writes a setting without comments: they may hold anything.
fn write_setting(config: &mut String, setting: &Setting<'_>) {
    let first = setting.value.lines().next().unwrap_or_default();
    let is_group = setting.value.lines().count() == setting.below.len();
    let first = if is_group { "" } else { first };
    let _ = writeln!(config, "{} = {first}", setting.key);
    for (_, line) in &setting.below {
        let _ = writeln!(config, "    {}", value(setting.key, line));
    }
}

/// The header of a section. SDKs other than botocore know few characters in a name, and no quotes.
fn header(word: &str, name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-/.%@:+".contains(c);
    match shlex::try_quote(name) {
        Ok(quoted) if !name.chars().all(plain) => format!("{word} {quoted}"),
        _ => format!("{word} {name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::config::{ConfigFile, FileKind};

    fn profiles(config: &str, credentials: &str) -> Profiles {
        let file = |kind, text: &str| ConfigFile {
            kind,
            path: "file".into(),
            bytes: text.into(),
        };
        let config = file(FileKind::Config, config);
        let credentials = file(FileKind::Credentials, credentials);
        Profiles::parse(vec![config, credentials]).expect("they are valid")
    }

    const CONFIG: &str = "\
[default]
region = eu-west-1 # near
[profile a b]
[profile 'a b']
OUTPUT = json
s3 =
  # comment
  addressing_style = path ; near
  max_concurrent_requests = 3
services = s
role_arn = arn:aws:iam::123456789012:role/r
source_profile = c
my_setting = x
my_password = hunter2
[profile c]
include_profile = default
mfa_serial = arn
[services s]
s3 =
  endpoint_url = http://127.0.0.1:9000
[plugins]
x = y
";
    const CREDENTIALS: &str = "\
[c]
aws_access_key_id = AKIAEXAMPLE
aws_secret_access_key = secret
output = text
[d]
aws_access_key_id = AKIAEXAMPLE
";

    #[test]
    fn all_settings_stay_but_those_that_lead_to_credentials() {
        let process = |name: &str| (name != "default").then(|| format!("p {name}"));
        let expected = "\
[profile 'a b']
OUTPUT = json
s3 = 
    addressing_style = path
    max_concurrent_requests = 3
services = s
my_setting = x
credential_process = p a b
[profile c]
output = text
region = eu-west-1
credential_process = p c
[profile d]
credential_process = p d
[default]
region = eu-west-1
[services s]
s3 = 
    endpoint_url = http://127.0.0.1:9000
";
        let profiles = profiles(CONFIG, CREDENTIALS);
        assert_eq!(profiles.private_config(process), expected);
    }

    #[test]
    fn one_profile_becomes_the_default() {
        let profiles = profiles(CONFIG, CREDENTIALS);
        let config = profiles.private_default("c");
        let expected = "[default]\noutput = text\nregion = eu-west-1\n[services s]\n";
        assert!(config.starts_with(expected), "{config}");
        assert!(profiles.names_credentials("c") && profiles.names_credentials("a b"));
        assert!(!profiles.names_credentials("default"));
    }

    #[test]
    fn it_can_be_read_again() {
        let once = profiles(CONFIG, CREDENTIALS).private_config(|_| None);
        let again = profiles(&once, "");
        assert_eq!(again.private_config(|_| None), once);
    }
}
