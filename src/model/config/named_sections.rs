//! Sections that a profile names: its `[sso-session]` and its `[services]`.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::model::config::profile::{Profile, find, settings_of};
use crate::model::config::profiles::Places;
use crate::model::config::section::{FileKind, SectionKind};

impl<'a> Profile<'a> {
    /// The settings of the `[sso-session]` that it names, as `session.NAME` and value.
    ///
    /// # Errors
    /// There is no such section, or it and the profile differ, as in botocore.
    pub fn sso_session(&self) -> Result<Vec<(String, String)>> {
        let Some(name) = self.get("sso_session") else {
            return Ok(Vec::new());
        };
        let sections = self.require_section(SectionKind::SsoSession, "sso_session", name)?;
        let session = settings_of(&sections);
        let keys = ["sso_start_url", "sso_region", "sso_registration_scopes"];
        let mut settings = Vec::new();
        for key in keys {
            let Some(setting) = find(&session, key) else {
                continue;
            };
            if self.get(key).is_some_and(|own| own != setting.value) {
                return Err(self.contradicts(key, name, &setting.place()));
            }
            settings.push((format!("session.{key}"), setting.value.clone().into_owned()));
        }
        Ok(settings)
    }

    fn contradicts(&self, key: &str, session: &str, there: &str) -> Error {
        let own = self.place(key).unwrap_or_default();
        Error::new(
            format!("{key} has two values for profile {}", self.name()),
            format!(
                "one in the profile ({own}) and another one in [sso-session {session}] ({there})"
            ),
            format!("delete {key} in the profile, or let both be the same"),
        )
    }

    /// The endpoints of its `[services]` section: service (`sts`) and URL.
    ///
    /// # Errors
    /// There is no such section, as in botocore.
    pub fn service_endpoints(&self) -> Result<Vec<(String, String)>> {
        let Some(services) = self.get("services") else {
            return Ok(Vec::new());
        };
        let sections = self.require_section(SectionKind::Services, "services", services)?;
        let settings = sections
            .iter()
            .flat_map(|(file, section)| file.settings(section));
        // A group replaces an earlier one of the same name as a whole.
        let urls: BTreeMap<String, Option<String>> = settings
            .filter(|service| !service.is_odd())
            .map(|service| {
                let url = service.nested("endpoint_url").map(str::to_owned);
                (service.key.to_ascii_lowercase(), url)
            })
            .collect();
        let urls = urls.into_iter();
        Ok(urls
            .filter_map(|(service, url)| Some((service, url?)))
            .collect())
    }

    /// The section, which is refused if it is not there or has slips: codes and sessions would go
    /// elsewhere.
    fn require_section(&self, kind: SectionKind, word: &str, name: &str) -> Result<Places<'a>> {
        let sections: Places<'a> = self.all.sections(kind, name).collect();
        if !sections.is_empty() {
            self.all.check(kind, name, &sections)?;
            return Ok(sections);
        }
        let header = format!("{} {name}", word.replace('_', "-"));
        let place = self.place(word).unwrap_or_default();
        let elsewhere = self.all.sections(SectionKind::Profile, &header);
        let mut elsewhere = elsewhere.filter(|(file, _)| file.kind == FileKind::Credentials);
        let add = match kind {
            SectionKind::SsoSession => {
                format!("[{header}]: aws configure sso --profile {}", self.name())
            }
            _ => format!("[{header}] to the config file"),
        };
        let (more, remedy) = match (elsewhere.next(), self.all.ignored(kind, name)) {
            (Some((file, section)), _) => (
                format!(
                    "; [{header}] on line {} of {} does not count",
                    section.line,
                    file.path.display()
                ),
                format!("put [{header}] into the config file"),
            ),
            (None, Some((place, instead))) => (
                format!("; the section on {place} does not count as one"),
                format!("write {instead}"),
            ),
            (None, None) => (
                String::new(),
                match self.all.nearest(kind, name) {
                    Some(near) => {
                        format!("did you mean {word} = {near}? correct {place}, or add {add}")
                    }
                    None => format!("correct {word} in {place}, or add {add}"),
                },
            ),
        };
        let missing = match kind {
            SectionKind::SsoSession => format!("[{header}] has no sso_region: it does not exist"),
            _ => format!("there is no section [{header}]"),
        };
        let cause = format!("{missing} ({place}){more}");
        Err(self.leads_nowhere(cause, &remedy))
    }
}
