//! `mfaexec mfa resync`: tells AWS how far the clock of a device is off.

use crate::commands::mfa::until_taken::until_taken;
use crate::edge::output::{Ui, print};
use crate::error::{Error, Result};
use crate::escape::printable;
use crate::model::environment::Environment;
use crate::model::mfa_device::enroll::command;
use crate::model::mfa_device::{gives_codes, meant};
use crate::options::MfaChoice;
use crate::sign_in::ask::agreement::{Intention, agree};
use crate::sign_in::ask::two_codes::{self, DeviceHolder, Stopped};
use crate::sign_in::cached::open_cache;
use crate::sign_in::user::iam_user::IamUser;

pub(super) fn resync(env: &Environment, choice: &MfaChoice, ui: Ui) -> Result<()> {
    let line = command("mfa resync", choice.profile.as_deref());
    if !choice.change.dry_run {
        two_codes::open("mfa resync", &line, false)?;
    }
    let cache = open_cache(env, None)?;
    let mut user = IamUser::of_key(
        env,
        choice.profile.clone(),
        "mfaexec mfa resync",
        Some(&cache),
        ui,
    )?;
    let serial = which(&user, choice.device.as_deref())?;
    let steps = [format!(
        "ask for two codes of {serial} that follow one another, and tell AWS by them how far the \
         clock of the device is off"
    )];
    let question = format!("Put the MFA device of {} in step?", user.name);
    let intention = Intention {
        steps: &steps,
        question: &question,
    };
    if !agree(&intention, choice.change, &cache, ui)? {
        return Ok(());
    }
    let person = two_codes::open("mfa resync", &line, false)?;
    let mut codes = DeviceHolder::new(person, &serial, &cache, ui)?;
    let put_in_step = until_taken(
        &mut user,
        &serial,
        &mut codes,
        |aws, whose, user, two| aws.resync_device(whose, user, &serial, two),
        // Nothing tells whether a lost call has put it in step.
        |_| false,
    );
    match put_in_step {
        Ok(()) => print(&format!("{} is in step with AWS\n", printable(&serial))),
        Err(Stopped::GivenUp(error)) => Err(error),
        Err(Stopped::Ended(ending)) => {
            ending.obey();
            // It was ignored in the end.
            Err(Error::new(
                "the device is as it was",
                "the question was ended",
                line,
            ))
        }
    }
}

fn which(user: &IamUser, given: Option<&str>) -> Result<String> {
    let usable = user.devices().iter().map(|device| device.serial.as_str());
    let usable: Vec<&str> = usable.filter(|serial| gives_codes(serial)).collect();
    let (listed, remedy) = match usable[..] {
        [] if user.devices.is_none() => (
            "IAM may not be asked (iam:ListMFADevices)".to_owned(),
            format!(
                "name it by its ARN: {} --device ARN",
                command("mfa resync", user.profile())
            ),
        ),
        [] => (
            "IAM lists no device that gives codes".to_owned(),
            format!("add one: {}", command("mfa enroll", user.profile())),
        ),
        ref all => (
            format!("devices that give codes: {}", all.join(", ")),
            format!(
                "name one of them: {} --device NAME",
                command("mfa resync", user.profile())
            ),
        ),
    };
    let refuse = |what: String| Err(Error::new(what, &listed, &remedy));
    let written = user.written.as_ref().map(|written| written.value.as_str());
    match (given, written, &usable[..]) {
        (Some(given), ..) => match meant(given, &user.name, usable.iter().copied()) {
            Some(serial) => Ok(serial.to_owned()),
            // Where IAM may not be asked, the call itself says whether there is such a device.
            None if user.devices.is_none() && given.len() > 8 => Ok(given.to_owned()),
            None => refuse(format!(
                "the user {} has no MFA device {given} that gives codes",
                user.name
            )),
        },
        (None, Some(written), _) if usable.contains(&written) || user.devices.is_none() => {
            Ok(written.to_owned())
        }
        (None, None, [only]) => Ok((*only).to_owned()),
        (None, Some(written), _) => refuse(format!(
            "the user {} does not have the MFA device that the profile names, {written}",
            user.name
        )),
        (None, None, _) => refuse("which MFA device is meant?".to_owned()),
    }
}
