//! Sections that a profile names: its `[sso-session]` and its `[services]`.

use aws_runtime::env_config::property::PropertiesKey;

use crate::error::{Error, Result};
use crate::model::config_text::{FileKind, SectionKind};
use crate::model::profile::{Places, Profile, place};
use crate::model::sdk_text::encode_name;

impl<'a> Profile<'a> {
    /// The settings of the `[sso-session]` that it names, as `session.NAME` and value.
    ///
    /// # Errors
    /// There is no such section, or it says another thing than the profile (as in botocore).
    pub fn sso_session(&self) -> Result<Vec<(String, String)>> {
        let Some(name) = self.get("sso_session") else {
            return Ok(Vec::new());
        };
        let sections = self.require_section(SectionKind::SsoSession, "sso_session", name)?;
        let parsed = self.all.parsed(&sections)?;
        let Some(session) = parsed.sso_session(&encode_name(name)) else {
            return Ok(Vec::new());
        };
        let settings = ["sso_start_url", "sso_region", "sso_registration_scopes"];
        let mut found = Vec::new();
        for key in settings {
            let Some(value) = session.get(key).map(str::trim).filter(|v| !v.is_empty()) else {
                continue;
            };
            if self.get(key).is_some_and(|own| own != value) {
                let there = place(&sections, key).unwrap_or_default();
                return Err(self.contradicts(key, name, &there));
            }
            found.push((format!("session.{key}"), value.to_owned()));
        }
        Ok(found)
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
    /// There is no such section (as in botocore), or the SDK's parser does not take it.
    pub fn service_endpoints(&self) -> Result<Vec<(String, String)>> {
        let Some(services) = self.get("services") else {
            return Ok(Vec::new());
        };
        let sections = self.require_section(SectionKind::Services, "services", services)?;
        let parsed = self.all.parsed(&sections)?;
        let mut found: Vec<(String, String)> = sections
            .iter()
            .flat_map(|(file, section)| file.content.keys(section))
            .filter_map(|(service, _)| {
                let service = service.to_ascii_lowercase();
                let key = PropertiesKey::builder()
                    .section_key("services")
                    .section_name(encode_name(services))
                    .property_name(&service)
                    .sub_property_name("endpoint_url")
                    .build()
                    .ok()?;
                let url = parsed.other_sections().get(&key)?;
                Some((service, url.to_owned()))
            })
            .collect();
        found.sort_unstable();
        found.dedup();
        Ok(found)
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
            SectionKind::SsoSession => format!("run: aws configure sso --profile {}", self.name()),
            _ => format!("correct {word}, or add [{header}] to the config file"),
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
                    Some(near) => format!("did you mean {word} = {near}?"),
                    None => add,
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
