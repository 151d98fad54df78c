//! Whether the user has the MFA device that a sign-in would use, and whether STS can use it.

use crate::model::doctor::check::{Check, option};
use crate::model::settings::Settings;
use crate::model::settings::mfa::{Devices, Mfa, instead_of_fido, sort_devices};

pub(crate) const NAME: &str = "mfa_device";

/// `serials` is what IAM lists for the user with this ARN.
pub(crate) fn judge(settings: &Settings, serials: Vec<String>, user_arn: &str) -> Check {
    let with_key = settings.chain.last().map(String::as_str);
    let profile = with_key.unwrap_or(&settings.profile.value);
    let listed = serials.clone();
    let usable = match sort_devices(serials) {
        Devices::None => {
            return Check::failed(
                NAME,
                "the user has no MFA device",
                "IAM lists none",
                format!("mfaexec mfa enroll{}", option(with_key)),
            );
        }
        Devices::OnlyFido => {
            return Check::failed(
                NAME,
                "the user has only FIDO keys or passkeys",
                "STS takes codes, and these devices give none",
                instead_of_fido(user_arn, profile),
            );
        }
        Devices::One(serial) => vec![serial],
        Devices::Several(serials) => serials,
    };
    match settings.mfa_of_key() {
        Mfa::Device(serial) if listed.contains(&serial.value) => Check::ok(
            NAME,
            format!("{} is the user's ({})", serial.value, serial.origin),
        ),
        Mfa::Device(serial) => Check::failed(
            NAME,
            format!("{} is no device of the user", serial.value),
            format!("IAM lists {}", usable.join(", ")),
            format!(
                "write mfa_serial = {} instead ({})",
                usable[0], serial.origin
            ),
        ),
        Mfa::Unknown if usable.len() > 1 => Check::warning(
            NAME,
            "the user has several devices, and the profile names none",
            format!("a run has to ask which one: {}", usable.join(", ")),
            format!("write into the profile: mfa_serial = {}", usable[0]),
        ),
        Mfa::Unknown | Mfa::NotUsed => {
            Check::ok(NAME, format!("{} is the user's only one", usable[0]))
        }
    }
}
