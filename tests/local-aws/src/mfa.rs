//! The second factor: RFC 6238 per device, the caller's own serial only, and every code once.

use std::collections::HashSet;

use crate::account::{Device, User};
use crate::refusal::{Answer, Refusal};
use crate::request::Request;
use crate::state::State;

/// Seconds that a code is shown for.
const STEP: i64 = 30;

/// How far off a device's clock may be when two codes tell where it is: an hour either way. AWS does
/// not say how far it looks.
const SEARCHED: i64 = 120;

/// Looks for two codes that follow one another, and sets the device to the time that they tell.
///
/// Old codes are found, too, and leave a device that is out of step: "If you generate the codes and
/// then wait too long to submit the request, the MFA device successfully associates with the user but
/// the MFA device becomes out of sync" (IAM API reference, EnableMFADevice).
pub(crate) fn synchronize(
    burnt: &mut HashSet<(String, u64)>,
    device: &mut Device,
    request: &Request,
    now: i64,
) -> Answer<()> {
    let codes = ["AuthenticationCode1", "AuthenticationCode2"].map(|name| request.param(name));
    let shown = |step: i64| device.code_at(step * STEP);
    let this_step = now.div_euclid(STEP);
    let found = (this_step - SEARCHED..=this_step + SEARCHED).find(|&step| {
        [shown(step), shown(step + 1)]
            .each_ref()
            .map(Option::as_deref)
            == codes
    });
    let steps = found.and_then(|step| Some([step.try_into().ok()?, (step + 1).try_into().ok()?]));
    // Each code works once here, too (1Password/shell-plugins#180).
    let fresh = steps.is_some_and(|steps: [u64; 2]| {
        steps.map(|step| burnt.insert((device.serial.clone(), step))) == [true; 2]
    });
    match found {
        Some(step) if fresh => {
            device.drift = step + 1 - this_step;
            Ok(())
        }
        _ => Err(Refusal::new(
            403,
            "InvalidAuthenticationCode",
            "Authentication code for device is not valid.",
        )),
    }
}

/// Verifies and burns the code of a request. False when it carries neither serial nor code.
///
/// A code counts once per device and time step, over GetSessionToken and AssumeRole together
/// (1Password/shell-plugins#180).
pub(crate) fn verify(
    state: &mut State,
    user: Option<&User>,
    request: &Request,
    now: i64,
) -> Answer<bool> {
    let (serial, code) = match (request.param("SerialNumber"), request.param("TokenCode")) {
        (None, None) => return Ok(false),
        (Some(serial), Some(code)) => (serial, code),
        _ => {
            return Err(Refusal::access_denied(
                "MultiFactorAuthentication failed, must provide both MFA serial number and one \
                 time pass code.",
            ));
        }
    };
    let (totp, drift) = user
        .and_then(|user| user.devices.iter().find(|device| device.serial == serial))
        .and_then(|device| Some((device.totp()?, device.drift)))
        .ok_or_else(|| {
            // Two spaces in the middle: AWS writes it so.
            Refusal::access_denied(
                "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify \
                 your MFA serial number is valid and associated with this user.",
            )
        })?;
    let step = u64::try_from(now + drift * STEP)
        .ok()
        .and_then(|now| totp.check(code, now));
    // `insert` is false for a step that was burnt before.
    match step {
        Some(step) if state.burnt.insert((serial.to_owned(), step)) => Ok(true),
        _ => Err(Refusal::access_denied(
            "MultiFactorAuthentication failed with invalid MFA one time pass code.",
        )),
    }
}
