//! What has to be done so that a device is gone, and no profile names it. What an interrupted run has
//! done is left out.

use crate::error::{Error, Result};
use crate::model::mfa_device::enroll::command;
use crate::model::mfa_device::{Device, DeviceKind, gives_codes, meant};

/// What is known before anything is done.
#[derive(Debug, Clone)]
pub(crate) struct BeforeRemoval<'a> {
    pub user: &'a str,
    /// What `--device` says.
    pub given: Option<&'a str>,
    /// The user's devices; none if IAM may not be asked.
    pub devices: Option<&'a [Device]>,
    /// Virtual devices that no user has, as far as IAM tells.
    pub unassigned: &'a [String],
    /// The profile with the key.
    pub profile: Option<&'a str>,
    /// The device that this profile names.
    pub written: Option<&'a str>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Removal {
    pub serial: String,
    pub deactivate: bool,
    pub delete: bool,
    /// What profiles name instead: the device that is left, if it is one.
    pub instead: Option<String>,
    /// Whether no device is left that gives codes.
    pub is_last: bool,
}

impl BeforeRemoval<'_> {
    /// # Errors
    /// It is not clear which device is meant.
    pub(crate) fn decide(&self) -> Result<Removal> {
        let serial = self.which()?;
        let all = self.devices.unwrap_or_default();
        let assigned = all.iter().any(|device| device.serial == serial);
        let is_free = self.unassigned.contains(&serial);
        let others = all.iter().map(|device| &device.serial);
        let others: Vec<&String> = others
            .filter(|other| **other != serial && gives_codes(other))
            .collect();
        let instead = match others[..] {
            [only] => Some(only.clone()),
            _ => None,
        };
        // Where IAM may not be asked, the call says whether the user has it.
        let unknown = self.devices.is_none() && !is_free;
        Ok(Removal {
            deactivate: assigned || unknown,
            delete: DeviceKind::of(&serial) == DeviceKind::Virtual
                && (assigned || is_free || unknown),
            is_last: others.is_empty() && assigned && gives_codes(&serial),
            instead,
            serial,
        })
    }

    fn which(&self) -> Result<String> {
        let all = self.devices.unwrap_or_default().iter();
        let own: Vec<&str> = all.map(|device| device.serial.as_str()).collect();
        let free = self.unassigned.iter().map(String::as_str);
        if let Some(given) = self.given {
            let known = own.iter().copied().chain(free).chain(self.written);
            let found = meant(given, self.user, known).map(str::to_owned);
            // A whole serial says enough where IAM may not be asked.
            let whole = || {
                let is_whole = given.starts_with("arn:") && self.devices.is_none();
                is_whole.then(|| given.to_owned())
            };
            return found
                .or_else(whole)
                .ok_or_else(|| self.no_such(given, &own));
        }
        if let Some(written) = self.written {
            return Ok(written.to_owned());
        }
        match own
            .iter()
            .filter(|serial| gives_codes(serial))
            .collect::<Vec<_>>()[..]
        {
            [only] => Ok((*only).to_owned()),
            _ => Err(self.unclear(&own)),
        }
    }

    fn no_such(&self, given: &str, own: &[&str]) -> Error {
        Error::new(
            format!("the user {} has no MFA device {given}", self.user),
            self.listed(own),
            format!("choose one: {}", command("mfa list", self.profile)),
        )
    }

    fn unclear(&self, own: &[&str]) -> Error {
        let list = command("mfa list", self.profile);
        if self.devices.is_some() && own.is_empty() {
            return Error::new(
                format!("the user {} has no MFA device", self.user),
                self.listed(own),
                format!("{list} shows devices that were left over; --device NAME removes one"),
            );
        }
        Error::new(
            "which MFA device is meant?",
            format!("the profile names none; {}", self.listed(own)),
            format!("name it with --device: {list} shows them"),
        )
    }

    fn listed(&self, serials: &[&str]) -> String {
        match (self.devices, serials) {
            (None, _) => "IAM may not be asked (iam:ListMFADevices)".to_owned(),
            (Some(_), []) => "IAM lists none".to_owned(),
            (Some(_), all) => format!("IAM lists {}", all.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::Timestamp;

    fn arn(name: &str) -> String {
        format!("arn:aws:iam::123456789012:mfa/{name}")
    }

    fn decide(given: Option<&str>, devices: &[&str], written: Option<&str>) -> Result<Removal> {
        let devices: Vec<Device> = devices
            .iter()
            .map(|name| Device {
                serial: match name.len() {
                    12 => (*name).to_owned(),
                    _ => arn(name),
                },
                enabled: Timestamp(0),
            })
            .collect();
        let written = written.map(arn);
        BeforeRemoval {
            user: "ann",
            given,
            devices: Some(&devices),
            unassigned: &[arn("ann/lost")],
            profile: Some("work"),
            written: written.as_deref(),
        }
        .decide()
    }

    fn removal(name: &str, deactivate: bool, delete: bool) -> Removal {
        Removal {
            serial: arn(name),
            deactivate,
            delete,
            instead: None,
            is_last: false,
        }
    }

    #[test]
    fn each_step_that_is_left_is_done() {
        let last = Removal {
            is_last: true,
            ..removal("ann", true, true)
        };
        assert_eq!(decide(None, &["ann"], Some("ann")).ok(), Some(last));
        let left = decide(None, &[], Some("ann/lost")).ok();
        assert_eq!(left, Some(removal("ann/lost", false, true)));
        let left = decide(None, &[], Some("ann")).ok();
        assert_eq!(left, Some(removal("ann", false, false)));
        let left = decide(Some("lost"), &["ann"], None).ok();
        let instead = Some(arn("ann"));
        let expected = Removal {
            instead,
            ..removal("ann/lost", false, true)
        };
        assert_eq!(left, Some(expected));
    }

    #[test]
    fn the_device_that_is_left_takes_its_place() {
        let two = decide(Some("phone"), &["ann", "ann/phone"], Some("ann/phone"));
        assert_eq!(two.ok().and_then(|two| two.instead), Some(arn("ann")));
        let fob = decide(Some("GAHT12345678"), &["GAHT12345678", "ann"], None);
        let fob = fob.expect("it is there");
        assert!(fob.deactivate && !fob.delete && !fob.is_last);
        assert!(decide(None, &["ann", "ann/phone"], None).is_err());
        assert!(decide(Some("tablet"), &["ann"], None).is_err());
    }
}
