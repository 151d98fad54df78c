//! The MFA device of a sign-in, and which devices STS can ask for a code.

use crate::error::{Error, Result};
use crate::model::arn::Arn;
use crate::model::environment::Environment;
use crate::model::origin::{Origin, Sourced, env_setting};
use crate::model::session::validate::is_serial;

/// Whether an MFA device has a part in a sign-in, and which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mfa {
    /// No code is needed: the keys are temporary, or `--without-mfa` was given.
    NotUsed,
    /// A device has a part in it, and nothing names it: IAM will be asked.
    Unknown,
    /// The device's serial: an ARN, or the number of a hardware device.
    Device(Sourced<String>),
}

impl Mfa {
    /// The device that options, environment and the profile name, in this order.
    ///
    /// # Errors
    /// What is named cannot be a device.
    pub fn find(
        without_mfa: bool,
        option: Option<&str>,
        env: &Environment,
        written: Option<Sourced<String>>,
        profile: &str,
    ) -> Result<Self> {
        if without_mfa {
            return Ok(Self::NotUsed);
        }
        let serial = option
            .map(|serial| Sourced::new(serial.to_owned(), Origin::Option("--mfa-serial")))
            .or_else(|| env_setting("AWS_MFA_SERIAL", env))
            .or(written);
        if let Some(serial) = &serial {
            check_serial(serial, profile)?;
        }
        Ok(serial.map_or(Self::Unknown, Self::Device))
    }

    /// Whether a device has a part in it.
    pub fn is_used(&self) -> bool {
        !matches!(self, Self::NotUsed)
    }

    /// The device's serial, if it is known.
    pub fn serial(&self) -> Option<&str> {
        match self {
            Self::Device(serial) => Some(&serial.value),
            Self::NotUsed | Self::Unknown => None,
        }
    }
}

/// What IAM lists, seen with STS's eyes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Devices {
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
pub(crate) fn sort_devices(mut serials: Vec<String>) -> Devices {
    let all = serials.len();
    serials.retain(|serial| !is_fido(serial));
    serials.sort_unstable();
    match (serials.len(), all) {
        (0, 0) => Devices::None,
        (0, _) => Devices::OnlyFido,
        (1, _) => Devices::One(serials.remove(0)),
        _ => Devices::Several(serials),
    }
}

/// Whether it is the ARN of a FIDO security key or a passkey.
pub(crate) fn is_fido(serial: &str) -> bool {
    Arn::parse(serial).is_some_and(|arn| arn.path_and_name("u2f").is_some())
}

/// The two ways out for a user of whom AWS knows passkeys and security keys only. A user may have up
/// to eight devices of any kind (IAM's quotas); `aws login`, from version 2.32 of the AWS CLI on, takes
/// passkeys in the browser. `arn` is that of the user or of the key, `profile` the one with the
/// long-term key.
pub(crate) fn instead_of_fido(arn: &str, profile: &str) -> String {
    let parts = Arn::parse(arn);
    let of_user = parts.as_ref().and_then(|arn| arn.name("user"));
    let of_key = parts.as_ref().and_then(|arn| {
        let path = arn.path_and_name("u2f")?.strip_prefix("user/")?;
        path.rsplit_once('/').map(|(user, _)| user)
    });
    let login = quoted(&format!("{profile}-login"));
    let in_browser = format!(
        "use the passkey in the browser: aws login --profile {login}, then: mfaexec -p {login} -- \
         COMMAND (aws login writes login_session into that profile)"
    );
    if of_user.or(of_key).is_none() {
        // Devices of the root user are a matter of the console.
        return format!(
            "add an authenticator app beside it in the console: Security credentials, Assign MFA \
             device; or {in_browser}"
        );
    }
    let with = quoted(profile);
    format!("add an authenticator app beside it: mfaexec mfa enroll -p {with}; or {in_browser}")
}

fn quoted(text: &str) -> String {
    shlex::try_quote(text).map_or_else(|_| text.to_owned(), |quoted| quoted.into_owned())
}

/// Refuses what STS would refuse after a code was typed: a serial has 9 to 256 characters of
/// `[\w+=/:,.@-]`, and neither a user nor a FIDO key is a device that STS can ask.
///
/// # Errors
/// It cannot be a device's serial.
pub(crate) fn check_serial(serial: &Sourced<String>, profile: &str) -> Result<()> {
    let value = &serial.value;
    let refuse = |cause: &str, remedy: String| {
        let what = format!("{value} cannot be the MFA device (from {})", serial.origin);
        Err(Error::new(what, cause, remedy))
    };
    if Arn::parse(value).is_some_and(|arn| arn.path_and_name("user").is_some()) {
        let device = value.replacen(":user/", ":mfa/", 1);
        return refuse(
            "it is the ARN of a user, not of a device",
            format!("use the device's own ARN, perhaps {device}"),
        );
    }
    if is_fido(value) {
        return refuse(
            "it is a FIDO security key or passkey, which STS cannot ask",
            instead_of_fido(value, profile),
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
