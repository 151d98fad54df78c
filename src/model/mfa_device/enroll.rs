//! What has to be done so that a user has a device that the profile names. An interrupted run is gone on
//! with from what IAM and the files show.

use crate::error::{Error, Result};
use crate::model::mfa_device::{Device, DeviceName, MOST_DEVICES, gives_codes, meant};
use crate::model::origin::Sourced;

/// What is known before anything is done.
#[derive(Debug, Clone)]
pub(crate) struct BeforeEnrollment<'a> {
    pub user: &'a str,
    pub user_arn: &'a str,
    /// What `--device` says.
    pub given: Option<&'a str>,
    /// The user's devices; none if IAM may not be asked.
    pub devices: Option<&'a [Device]>,
    /// Virtual devices that no user has, as far as IAM tells.
    pub unassigned: &'a [String],
    /// The profile with the key; none for a key of the environment.
    pub profile: Option<&'a str>,
    /// The device that this profile names.
    pub written: Option<&'a Sourced<String>>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Enrollment {
    /// The user has it, and the profile names one.
    Done {
        serial: String,
    },
    /// The user has it, and the profile does not name it.
    Write {
        serial: String,
    },
    New(NewDevice),
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NewDevice {
    pub name: DeviceName,
    pub serial: String,
    /// A device of this name that no user has. Its seed is lost.
    pub leftover: Option<String>,
    /// Whether the profile names it afterwards.
    pub write: bool,
}

impl BeforeEnrollment<'_> {
    /// # Errors
    /// It is not clear what is wanted, or IAM would refuse it.
    pub(crate) fn decide(&self) -> Result<Enrollment> {
        let all = self.devices.unwrap_or_default();
        let has = |serial: &str| all.iter().any(|device| device.serial == serial);
        let usable: Vec<&str> = all
            .iter()
            .map(|device| device.serial.as_str())
            .filter(|serial| gives_codes(serial))
            .collect();
        let written = self.written.map(|written| written.value.as_str());
        let named = written.filter(|serial| has(serial) && gives_codes(serial));
        let there = |serial: &str| {
            let serial = serial.to_owned();
            match (named, self.profile) {
                (None, Some(_)) => Enrollment::Write { serial },
                _ => Enrollment::Done { serial },
            }
        };
        let name = match (self.given, named, &usable[..]) {
            (Some(given), ..) => match meant(given, self.user, usable.iter().copied()) {
                Some(serial) => return Ok(there(serial)),
                None => DeviceName::parse(given, self.user)?,
            },
            (None, Some(serial), _) => return Ok(there(serial)),
            (None, None, [serial]) => return Ok(there(serial)),
            (None, None, [_, ..]) => return Err(self.several(&usable)),
            (None, None, []) if self.devices.is_none() && written.is_some() => {
                return Err(self.unknown());
            }
            (None, None, []) => DeviceName::of_user(self.user),
        };
        if all.len() >= MOST_DEVICES {
            return Err(self.too_many());
        }
        let serial = name.serial(self.user_arn);
        let mut unassigned = self.unassigned.iter();
        // Names differ in more than case (IAM User Guide, IAM name requirements).
        let leftover = unassigned.find(|other| other.eq_ignore_ascii_case(&serial));
        // Who may not be asked about devices is left the one that is written.
        let keeps = named.is_some() || (self.devices.is_none() && written.is_some());
        Ok(Enrollment::New(NewDevice {
            leftover: leftover.cloned(),
            write: self.profile.is_some() && !keeps,
            name,
            serial,
        }))
    }

    fn command(&self) -> String {
        command("mfa enroll", self.profile)
    }

    fn several(&self, usable: &[&str]) -> Error {
        Error::new(
            format!("the user {} has several MFA devices already", self.user),
            format!("they are {}, and the profile names none", usable.join(", ")),
            format!(
                "let the profile name one of them, or add another one, with its name: {} --device NAME",
                self.command()
            ),
        )
    }

    fn unknown(&self) -> Error {
        Error::new(
            format!("the user {} may have an MFA device already", self.user),
            "the profile names one, and IAM may not be asked whether the user has it \
             (iam:ListMFADevices)",
            format!(
                "to add another one, name it: {} --device phone",
                self.command()
            ),
        )
    }

    fn too_many(&self) -> Error {
        Error::new(
            format!("the user {} cannot have another MFA device", self.user),
            format!("IAM allows {MOST_DEVICES} of whatever kind, and there are as many"),
            format!(
                "remove one that is not in use: {} shows them, {} --device NAME removes one",
                command("mfa list", self.profile),
                command("mfa remove", self.profile)
            ),
        )
    }
}

/// A line of this subcommand for the same key.
pub(crate) fn command(words: &str, profile: Option<&str>) -> String {
    match profile {
        Some(profile) => format!("mfaexec {words} -p {}", crate::escape::shell_word(profile)),
        None => format!("mfaexec {words}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::origin::Origin;
    use crate::model::time::Timestamp;

    const FIDO: &str = "arn:aws:iam::123456789012:u2f/user/ann/key";

    fn arn(name: &str) -> String {
        format!("arn:aws:iam::123456789012:mfa/{name}")
    }

    /// `devices` none: IAM may not be asked.
    fn decide(
        given: Option<&str>,
        devices: Option<&[&str]>,
        written: Option<&str>,
    ) -> Result<Enrollment> {
        let device = |serial: &&str| Device {
            serial: (*serial).to_owned(),
            enabled: Timestamp(0),
        };
        let devices: Option<Vec<Device>> = devices.map(|all| all.iter().map(device).collect());
        let written = written.map(|serial| Sourced::new(serial.to_owned(), Origin::Default));
        BeforeEnrollment {
            user: "ann",
            user_arn: "arn:aws:iam::123456789012:user/ann",
            given,
            devices: devices.as_deref(),
            unassigned: &[arn("Ann"), arn("bob")],
            profile: Some("work"),
            written: written.as_ref(),
        }
        .decide()
    }

    fn new(name: &str, leftover: Option<&str>, write: bool) -> Enrollment {
        Enrollment::New(NewDevice {
            name: DeviceName::parse(name, "ann").expect("it is a name"),
            serial: arn(name),
            leftover: leftover.map(arn),
            write,
        })
    }

    #[test]
    fn a_user_without_a_device_gets_one_of_the_own_name() {
        for (devices, written) in [
            (&[][..], None),
            (&[FIDO], None),
            (&[], Some("arn:aws:iam::123456789012:mfa/gone")),
            (&[FIDO], Some(FIDO)),
        ] {
            let decided = decide(None, Some(devices), written).expect("it is clear");
            assert_eq!(
                decided,
                new("ann", Some("Ann"), true),
                "{devices:?} {written:?}"
            );
        }
        assert_eq!(
            decide(None, None, None).ok(),
            Some(new("ann", Some("Ann"), true))
        );
        assert!(decide(None, None, Some(&arn("x"))).is_err());
    }

    #[test]
    fn what_an_interrupted_run_has_not_written_is_written() {
        let (ann, phone) = (arn("ann"), arn("ann/phone"));
        let both: &[&str] = &[&ann, &phone];
        let write = |serial: &str| Enrollment::Write {
            serial: serial.to_owned(),
        };
        let done = |serial: &str| Enrollment::Done {
            serial: serial.to_owned(),
        };
        let one: &[&str] = &[&ann, FIDO];
        assert_eq!(decide(None, Some(one), None).ok(), Some(write(&ann)));
        assert_eq!(
            decide(None, Some(one), Some(&arn("gone"))).ok(),
            Some(write(&ann))
        );
        assert_eq!(decide(None, Some(one), Some(&ann)).ok(), Some(done(&ann)));
        assert_eq!(
            decide(Some("phone"), Some(both), None).ok(),
            Some(write(&phone))
        );
        assert_eq!(
            decide(Some("phone"), Some(both), Some(&ann)).ok(),
            Some(done(&phone))
        );
        assert!(decide(None, Some(both), None).is_err(), "which one?");
    }

    #[test]
    fn another_device_leaves_the_profile_the_one_that_it_names() {
        let ann = arn("ann");
        let one: &[&str] = &[&ann];
        let decided = |devices, written| decide(Some("phone"), devices, written).ok();
        let another = |write| Some(new("ann/phone", None, write));
        assert_eq!(decided(Some(one), Some(&*ann)), another(false));
        assert_eq!(decided(Some(one), None), another(true));
        assert_eq!(decided(None, Some(&*ann)), another(false));
        let eight = [&*ann; MOST_DEVICES];
        assert!(decide(Some("phone"), Some(&eight), None).is_err());
    }
}
