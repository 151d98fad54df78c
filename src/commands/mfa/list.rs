//! `mfaexec mfa list`: the user's devices, and those that an interrupted run has left.

use crate::edge::output::{Ui, print};
use crate::error::{Error, Result};
use crate::model::environment::Environment;
use crate::model::mfa_device::enroll::command;
use crate::model::mfa_device::is_named_after;
use crate::model::mfa_device::listing::Listing;
use crate::options::MfaChoice;
use crate::sign_in::user::iam_user::IamUser;
use crate::sign_in::user::profile_device::naming;

pub(super) fn list(env: &Environment, choice: &MfaChoice, ui: Ui) -> Result<()> {
    let user = IamUser::of_key(env, choice.profile.clone(), "mfaexec mfa list", None, ui)?;
    let Some(devices) = user.devices.clone() else {
        return Err(Error::new(
            format!(
                "AWS does not allow ListMFADevices for the user {}",
                user.name
            ),
            "no policy allows iam:ListMFADevices, or one denies it",
            "ask the account's administrator for iam:ListMFADevices; mfaexec policy self-service \
             prints a policy that allows it",
        ));
    };
    let mut leftovers = user.unassigned()?;
    if let Some(leftovers) = &mut leftovers {
        leftovers.retain(|serial| is_named_after(serial, &user.name));
    }
    let serials = devices.iter().map(|device| &device.serial);
    let serials: Vec<&String> = serials.chain(leftovers.iter().flatten()).collect();
    let named = serials.into_iter().flat_map(|serial| {
        let profiles = naming(serial, &user.profiles).into_iter();
        profiles.map(|profile| (profile, serial.clone()))
    });
    let named = named.collect();
    let listing = Listing {
        user: user.name.clone(),
        devices,
        leftovers,
        named,
    };
    if choice.json {
        return print(&listing.to_json());
    }
    print(&listing.to_text())?;
    match &listing.leftovers {
        None => ui.notice(
            "IAM may not be asked for devices that were left over (iam:ListVirtualMFADevices)",
        ),
        Some(left) if !left.is_empty() => ui.notice(&format!(
            "a device that was left over belongs to no user: {} --device NAME deletes it",
            command("mfa remove", user.profile())
        )),
        Some(_) => {}
    }
    if listing.devices.is_empty() {
        let enroll = command("mfa enroll", user.profile());
        ui.notice(&format!("add a device: {enroll}"));
    }
    Ok(())
}
