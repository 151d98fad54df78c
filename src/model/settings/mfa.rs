//! MFA devices by their serials: which of them STS can ask for a code.

use crate::error::{Error, Result};
use crate::model::origin::Sourced;
use crate::model::session::validate::is_serial;

/// What IAM lists, seen with STS's eyes.
#[derive(Debug, PartialEq, Eq)]
pub enum Devices {
    /// No device at all.
    None,
    /// Security keys and passkeys only; those give no codes.
    OnlyFido,
    /// The one that gives codes.
    One(String),
    /// More than one gives codes.
    Several(Vec<String>),
}

/// Sorts the serials that ListMFADevices gives: ARNs of virtual devices (`:mfa/`) and of FIDO ones
/// (`:u2f/`), and the bare numbers of hardware devices.
#[must_use]
pub fn sort_devices(mut serials: Vec<String>) -> Devices {
    let all = serials.len();
    serials.retain(|serial| !serial.contains(":u2f/"));
    serials.sort_unstable();
    match (serials.len(), all) {
        (0, 0) => Devices::None,
        (0, _) => Devices::OnlyFido,
        (1, _) => Devices::One(serials.remove(0)),
        _ => Devices::Several(serials),
    }
}

/// Refuses what STS would refuse after a code was typed: a serial has 9 to 256 characters of
/// `[\w+=/:,.@-]`, and neither a user nor a FIDO key is a device that STS can ask.
///
/// # Errors
/// It cannot be a device's serial.
pub fn check_serial(serial: &Sourced<String>) -> Result<()> {
    let value = &serial.value;
    let refuse = |cause: &str, remedy: String| {
        let what = format!("{value} cannot be the MFA device (from {})", serial.origin);
        Err(Error::new(what, cause, remedy))
    };
    if value.starts_with("arn:") && value.contains(":user/") {
        let device = value.replacen(":user/", ":mfa/", 1);
        return refuse(
            "it is the ARN of a user, not of a device",
            format!("use the device's own ARN, perhaps {device}"),
        );
    }
    if value.starts_with("arn:") && value.contains(":u2f/") {
        return refuse(
            "it is a FIDO security key or passkey, which STS cannot ask",
            "add a virtual MFA device (an authenticator app) to the user as well".to_owned(),
        );
    }
    if !is_serial(value) {
        return refuse(
            "a serial has 9 to 256 letters, digits and characters of _+=/:,.@-",
            "use the ARN of the virtual device, or the number on the hardware one".to_owned(),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fido_devices_do_not_count() {
        let arn = |rest: &str| format!("arn:aws:iam::123456789012:{rest}");
        let sorted = |rests: &[&str]| sort_devices(rests.iter().map(|r| arn(r)).collect());
        assert_eq!(sorted(&[]), Devices::None);
        assert_eq!(sorted(&["u2f/user/me/key"]), Devices::OnlyFido);
        assert_eq!(
            sorted(&["u2f/user/me/key", "mfa/me"]),
            Devices::One(arn("mfa/me"))
        );
        assert_eq!(
            sorted(&["mfa/b", "mfa/a"]),
            Devices::Several(vec![arn("mfa/a"), arn("mfa/b")])
        );
        assert_eq!(
            sort_devices(vec!["GAHT12345678".into()]),
            Devices::One("GAHT12345678".into())
        );
    }
}
