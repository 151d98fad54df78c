//! The second factor: RFC 6238 per device, the caller's own serial only, and every code once.

use crate::account::User;
use crate::refusal::{Answer, Refusal};
use crate::request::Request;
use crate::state::State;

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
    let totp = user
        .and_then(|user| user.devices.iter().find(|device| device.serial == serial))
        .and_then(|device| device.totp())
        .ok_or_else(|| {
            // Two spaces in the middle: AWS writes it so.
            Refusal::access_denied(
                "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify \
                 your MFA serial number is valid and associated with this user.",
            )
        })?;
    let step = u64::try_from(now)
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
