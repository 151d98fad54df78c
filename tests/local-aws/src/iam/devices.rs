//! MFA devices: virtual ones from their creation to their end, and the lists.

use data_encoding::{BASE32_NOPAD, BASE64};

use super::users::describe;
use super::{Call, LONG_AGO, path, serial_number, user_name};
use crate::account::{Device, User};
use crate::mfa::synchronize;
use crate::refusal::{Answer, Refusal};
use crate::state::State;
use crate::validate::Checks;
use crate::xml::{date, tag, text};

/// Of whatever kind (IAM and STS quotas).
const DEVICES_PER_USER: usize = 8;

/// Bytes of a seed; AWS's own are 64 letters of base32.
const SEED: usize = 40;

pub(super) fn create(state: &mut State, call: &Call<'_>) -> Answer<String> {
    call.checks()
        .required("VirtualMFADeviceName")
        .iam_name("VirtualMFADeviceName", 226)
        .done()?;
    let name = call.param("VirtualMFADeviceName");
    let account = &state.account;
    let serial = format!("arn:aws:iam::{}:mfa{}{name}", account.id, path(call)?);
    call.permit(state, &serial, &serial)?;
    if virtual_devices(state).any(|(_, known)| known.serial.eq_ignore_ascii_case(&serial)) {
        return Err(Refusal::already_exists(
            "MFADevice entity at the same path and name already exists.",
        ));
    }
    let mut seed = [0; SEED];
    getrandom::fill(&mut seed).expect("the system has random bytes");
    let seed = BASE32_NOPAD.encode(&seed);
    let link = format!("otpauth://totp/{name}@{}?secret={seed}", account.id);
    let picture = crate::qr::png(&link).unwrap_or_default();
    // Both are blobs of the API, hence base64 on the wire.
    let xml = text("SerialNumber", &serial)
        + &text("Base32StringSeed", &BASE64.encode(seed.as_bytes()))
        + &text("QRCodePNG", &BASE64.encode(&picture));
    state.change(call.now).unassigned.push(Device {
        serial,
        seed: Some(seed),
        ..Device::default()
    });
    Ok(tag("VirtualMFADevice", &xml))
}

pub(super) fn enable(state: &mut State, call: &Call<'_>) -> Answer<String> {
    two_codes(call)?;
    let user = call.subject(state, call.param("UserName"))?;
    let serial = call.param("SerialNumber");
    let Some(at) = position(&state.account.unassigned, serial) else {
        return Err(
            match virtual_devices(state).any(|(_, it)| it.serial == serial) {
                true => Refusal::already_exists("MFA Device is already in use."),
                false => no_such_device(serial),
            },
        );
    };
    if user.devices.len() >= DEVICES_PER_USER {
        return Err(Refusal::limit_exceeded(format!(
            "Cannot exceed quota for MFADevicesPerUser: {DEVICES_PER_USER}"
        )));
    }
    let user = user.name.clone();
    let mut device = state.account.unassigned[at].clone();
    synchronize(&mut state.burnt, &mut device, call.request, call.now)?;
    device.enabled = Some(call.now);
    let account = state.change(call.now);
    account.unassigned.remove(at);
    account.user_mut(&user).devices.push(device);
    Ok(String::new())
}

pub(super) fn resync(state: &mut State, call: &Call<'_>) -> Answer<String> {
    two_codes(call)?;
    let user = call.subject(state, call.param("UserName"))?;
    let at = own(state, user, call)?;
    let user = user.name.clone();
    let mut device = state.account.user(&user).devices[at].clone();
    synchronize(&mut state.burnt, &mut device, call.request, call.now)?;
    state.change(call.now).user_mut(&user).devices[at] = device;
    Ok(String::new())
}

pub(super) fn deactivate(state: &mut State, call: &Call<'_>) -> Answer<String> {
    serial_number(user_name(call.checks())).done()?;
    let user = call.subject(state, call.named()?)?;
    let at = own(state, user, call)?;
    let user = user.name.clone();
    let account = state.change(call.now);
    let device = account.user_mut(&user).devices.remove(at);
    // A virtual device stays in the account, a thing that someone holds does not.
    if is_virtual(&device) {
        account.unassigned.push(Device {
            drift: 0,
            enabled: None,
            ..device
        });
    }
    Ok(String::new())
}

pub(super) fn delete(state: &mut State, call: &Call<'_>) -> Answer<String> {
    serial_number(call.checks()).done()?;
    let serial = call.param("SerialNumber");
    call.permit(state, serial, serial)?;
    match position(&state.account.unassigned, serial) {
        Some(at) => {
            state.change(call.now).unassigned.remove(at);
            Ok(String::new())
        }
        None if virtual_devices(state).any(|(_, it)| it.serial == serial) => Err(Refusal::new(
            409,
            "DeleteConflict",
            "MFA VirtualDevice in use. Must deactivate first.",
        )),
        None => Err(no_such_device(serial)),
    }
}

pub(super) fn list(state: &State, call: &Call<'_>) -> Answer<String> {
    user_name(call.checks()).done()?;
    let user = call.subject(state, call.named()?)?;
    let members: Vec<String> = user
        .devices
        .iter()
        .map(|device| {
            text("UserName", &user.name)
                + &text("SerialNumber", &device.serial)
                + &date("EnableDate", device.enabled.unwrap_or(LONG_AGO))
        })
        .collect();
    call.page("MFADevices", &members)
}

pub(super) fn list_virtual(state: &State, call: &Call<'_>) -> Answer<String> {
    call.checks()
        .one_of("AssignmentStatus", &["Assigned", "Unassigned", "Any"])
        .done()?;
    // The devices of the account, of whatever name.
    let all = format!("arn:aws:iam::{}:mfa/", state.account.id);
    call.permit(state, &all, &all)?;
    let wanted = call.request.param("AssignmentStatus").unwrap_or("Any");
    let members: Vec<String> = virtual_devices(state)
        .filter(|(user, _)| match wanted {
            "Assigned" => user.is_some(),
            "Unassigned" => user.is_none(),
            _ => true,
        })
        .map(|(user, device)| {
            let mut xml = text("SerialNumber", &device.serial);
            if let Some(user) = user {
                xml += &tag("User", &describe(&state.account, user));
                xml += &date("EnableDate", device.enabled.unwrap_or(LONG_AGO));
            }
            xml
        })
        .collect();
    call.page("VirtualMFADevices", &members)
}

fn two_codes(call: &Call<'_>) -> Answer<()> {
    let checks = serial_number(user_name(call.checks().required("UserName")));
    code(code(checks, "AuthenticationCode1"), "AuthenticationCode2").done()
}

fn code<'a>(checks: Checks<'a>, name: &str) -> Checks<'a> {
    checks
        .required(name)
        .text(name, 6..=6, r"[\d]+", |c| c.is_ascii_digit())
}

/// Which of the user's devices the call is about.
fn own(state: &State, user: &User, call: &Call<'_>) -> Answer<usize> {
    let serial = call.param("SerialNumber");
    position(&user.devices, serial).ok_or_else(|| {
        match virtual_devices(state).any(|(_, it)| it.serial == serial) {
            true => Refusal::no_such_entity("MFA Device invalid for user."),
            false => no_such_device(serial),
        }
    })
}

fn position(devices: &[Device], serial: &str) -> Option<usize> {
    devices.iter().position(|device| device.serial == serial)
}

/// All virtual devices of the account, with the users that have them.
fn virtual_devices(state: &State) -> impl Iterator<Item = (Option<&User>, &Device)> {
    let account = &state.account;
    let assigned = account
        .users
        .values()
        .flat_map(|user| user.devices.iter().map(move |device| (Some(user), device)));
    let unassigned = account.unassigned.iter().map(|device| (None, device));
    assigned.chain(unassigned).filter(|(_, it)| is_virtual(it))
}

fn is_virtual(device: &Device) -> bool {
    device.serial.contains(":mfa/")
}

fn no_such_device(serial: &str) -> Refusal {
    Refusal::no_such_entity(format!(
        "VirtualMFADevice with serial number {serial} doesn't exist."
    ))
}
