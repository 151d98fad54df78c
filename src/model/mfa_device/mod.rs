//! MFA devices as their users look after them: kinds, names, and which one is meant.

pub(crate) mod enroll;
pub(crate) mod listing;
pub(crate) mod picture;
pub(crate) mod remove;
pub(crate) mod screen;
pub(crate) mod seed;

use crate::error::{Error, Kind, Result};
use crate::model::arn::Arn;
use crate::model::settings::mfa::is_fido;
use crate::model::time::Timestamp;

/// Of whatever kind (IAM and STS quotas, "MFA devices per user").
pub(crate) const MOST_DEVICES: usize = 8;

/// A device that a user has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Device {
    pub serial: String,
    pub enabled: Timestamp,
}

pub(crate) fn serials(devices: Vec<Device>) -> Vec<String> {
    devices.into_iter().map(|device| device.serial).collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DeviceKind {
    /// An authenticator app; it stays in the account when its user gives it up.
    Virtual,
    /// A thing that shows codes.
    Hardware,
    /// A security key or a passkey, of which STS takes no code.
    Fido,
}

impl DeviceKind {
    pub(crate) fn of(serial: &str) -> Self {
        match Arn::parse(serial) {
            _ if is_fido(serial) => Self::Fido,
            Some(_) => Self::Virtual,
            None => Self::Hardware,
        }
    }
}

/// Whether STS takes codes of the device.
pub(crate) fn gives_codes(serial: &str) -> bool {
    DeviceKind::of(serial) != DeviceKind::Fido
}

/// Whether a virtual device has the user's name, or is in a path of this name: what `mfaexec policy
/// self-service` lets the user delete.
pub(crate) fn is_named_after(serial: &str, user: &str) -> bool {
    let arn = Arn::parse(serial);
    let Some(name) = arn.and_then(|arn| arn.path_and_name("mfa")) else {
        return false;
    };
    name.strip_prefix(user)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The name of a device to come, which its user may delete later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DeviceName {
    /// `/`, or `/testuser/`.
    pub path: String,
    pub name: String,
}

impl DeviceName {
    /// Of the only device: the user's.
    pub(crate) fn of_user(user: &str) -> Self {
        Self {
            path: "/".to_owned(),
            name: user.to_owned(),
        }
    }

    /// `phone` is `testuser/phone`, and so is `testuser/phone` itself.
    ///
    /// # Errors
    /// IAM takes no such name.
    pub(crate) fn parse(given: &str, user: &str) -> Result<Self> {
        if given == user {
            return Ok(Self::of_user(user));
        }
        let below = given
            .strip_prefix(user)
            .and_then(|rest| rest.strip_prefix('/'));
        let name = below.unwrap_or(given);
        // IAM API reference, CreateVirtualMFADevice: `[\w+=,.@-]+`, and the quotas on names.
        let allowed = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
        if name.is_empty() || name.len() > 226 || !name.chars().all(allowed) {
            return Err(Error::of(
                Kind::Usage,
                format!("{given} cannot be the name of an MFA device"),
                "a name has 1 to 226 letters, digits and characters of _+=,.@-",
                "choose another one, such as --device phone",
            ));
        }
        Ok(Self {
            path: format!("/{user}/"),
            name: name.to_owned(),
        })
    }

    /// The ARN that it has in the account of that user.
    pub(crate) fn serial(&self, user_arn: &str) -> String {
        let arn = Arn::parse(user_arn);
        let (partition, account) = arn.map_or(("aws", ""), |arn| (arn.partition, arn.account));
        let Self { path, name } = self;
        format!("arn:{partition}:iam::{account}:mfa{path}{name}")
    }
}

/// The device that `given` means, by its serial, its name, or its name below the user's.
pub(crate) fn meant<'a>(
    given: &str,
    user: &str,
    mut serials: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    let of_user = format!("{user}/{given}");
    serials.find(|serial| {
        let name = Arn::parse(serial).and_then(|arn| arn.path_and_name("mfa"));
        *serial == given || name.is_some_and(|name| name == given || name == of_user)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const USER: &str = "arn:aws:iam::123456789012:user/division/ann";

    #[test]
    fn a_name_is_one_that_its_user_may_delete() {
        let serial = |given| DeviceName::parse(given, "ann").map(|name| name.serial(USER));
        for (given, serial_of_it) in [
            ("ann", "arn:aws:iam::123456789012:mfa/ann"),
            ("phone", "arn:aws:iam::123456789012:mfa/ann/phone"),
            ("ann/phone", "arn:aws:iam::123456789012:mfa/ann/phone"),
        ] {
            let made = serial(given).expect("it is a name");
            assert_eq!(made, serial_of_it);
            assert!(is_named_after(&made, "ann"));
        }
        for given in ["", "bob/phone", "a b", "ann/", "é", &"x".repeat(227)] {
            assert!(serial(given).is_err(), "{given}");
        }
        for other in [
            "arn:aws:iam::123456789012:mfa/ann-marie",
            "arn:aws:iam::123456789012:mfa/bob/ann",
            "arn:aws:iam::123456789012:u2f/user/ann/key",
            "GAHT12345678",
        ] {
            assert!(!is_named_after(other, "ann"), "{other}");
        }
    }

    #[test]
    fn a_device_is_meant_by_serial_or_name() {
        let serials = [
            "GAHT12345678",
            "arn:aws:iam::123456789012:mfa/ann",
            "arn:aws:iam::123456789012:mfa/ann/phone",
        ];
        let meant = |given| super::meant(given, "ann", serials.into_iter());
        for (given, at) in [
            ("GAHT12345678", 0),
            ("ann", 1),
            ("phone", 2),
            ("ann/phone", 2),
            (serials[2], 2),
        ] {
            assert_eq!(meant(given), Some(serials[at]), "{given}");
        }
        assert_eq!(meant("tablet"), None);
    }
}
