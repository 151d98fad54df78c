//! `mfaexec mfa enroll`: a new virtual device, from its QR code to the profile that names it. Whatever is
//! missing after an interruption is done by the next run.

use crate::commands::mfa::until_taken::until_taken;
use crate::edge::output::{Ui, print};
use crate::edge::store::cache::Cache;
use crate::error::{Error, Result};
use crate::escape::printable;
use crate::model::arn::account_of_arn;
use crate::model::environment::Environment;
use crate::model::failure::Progress;
use crate::model::mfa_device::enroll::{BeforeEnrollment, Enrollment, NewDevice, command};
use crate::options::MfaChoice;
use crate::sign_in::ask::agreement::{Intention, agree};
use crate::sign_in::ask::two_codes::{self, DeviceHolder, Stopped};
use crate::sign_in::cached::open_cache;
use crate::sign_in::user::iam_user::IamUser;
use crate::sign_in::user::profile_device::{
    Change, check_changeable, file_for, not_written, write,
};

pub(super) fn enroll(env: &Environment, choice: &MfaChoice, ui: Ui) -> Result<()> {
    // What cannot be done without a person is not begun without one.
    if !choice.change.dry_run {
        let line = command("mfa enroll", choice.profile.as_deref());
        two_codes::open("mfa enroll", &line, true)?;
    }
    let cache = open_cache(env, None)?;
    let mut user = IamUser::of_key(
        env,
        choice.profile.clone(),
        "mfaexec mfa enroll",
        Some(&cache),
        ui,
    )?;
    let unassigned = user.unassigned()?.unwrap_or_default();
    let before = BeforeEnrollment {
        user: &user.name,
        user_arn: &user.arn,
        given: choice.device.as_deref(),
        devices: user.devices.as_deref(),
        unassigned: &unassigned,
        profile: user.profile(),
        written: user.written.as_ref(),
    };
    match before.decide()? {
        Enrollment::Done { serial } => print(&format!(
            "the user {} has the MFA device {} already; to add another one: {} --device NAME\n",
            printable(&user.name),
            printable(&serial),
            command("mfa enroll", user.profile()),
        )),
        Enrollment::Write { serial } => {
            let found = format!(
                "the user {} has the MFA device {serial}, and the profile does not name it",
                user.name
            );
            let steps = [found, to_write(&user, &serial, env)?];
            let question = format!("Write mfa_serial for {}?", user.name);
            let intention = Intention {
                steps: &steps,
                question: &question,
            };
            if agree(&intention, choice.change, &cache, ui)? {
                finish(&user, &serial, true, &cache, env, ui)?;
            }
            Ok(())
        }
        Enrollment::New(new) => {
            let steps = steps(&user, &new, env)?;
            let question = format!("Enroll an MFA device for {}?", user.name);
            let intention = Intention {
                steps: &steps,
                question: &question,
            };
            if agree(&intention, choice.change, &cache, ui)? {
                let serial = create(&mut user, &new, choice, &cache, ui)?;
                finish(&user, &serial, new.write, &cache, env, ui)?;
            }
            Ok(())
        }
    }
}

fn steps(user: &IamUser, new: &NewDevice, env: &Environment) -> Result<Vec<String>> {
    let mut steps = Vec::new();
    if let Some(leftover) = &new.leftover {
        steps.push(format!(
            "delete the virtual MFA device {leftover}: no user has it, and no one knows its seed"
        ));
    }
    let NewDevice { serial, .. } = new;
    steps.push(format!("create the virtual MFA device {serial}"));
    steps.push("show its QR code, and ask for two codes that follow one another".to_owned());
    steps.push(format!("enable the device for the user {}", user.name));
    match (new.write, user.profile(), &user.written) {
        (true, ..) => steps.push(to_write(user, serial, env)?),
        (false, Some(profile), Some(written)) => steps.push(format!(
            "leave the profile {profile} as it is: it names {} ({})",
            written.value, written.origin
        )),
        (false, ..) => steps.push("write nothing: the key is not in a profile".to_owned()),
    }
    Ok(steps)
}

/// Says what will be written. The file has to be one that can be changed.
fn to_write(user: &IamUser, serial: &str, env: &Environment) -> Result<String> {
    let profile = user.profile().unwrap_or_default();
    let file = file_for(profile, &user.profiles, env)?;
    check_changeable(&file)?;
    let line = format!("mfa_serial = {serial}");
    Ok(match &user.written {
        Some(old) => format!(
            "write {line} into the profile {profile} ({}), instead of {} ({})",
            file.display(),
            old.value,
            old.origin
        ),
        None => format!(
            "write {line} into the profile {profile} ({})",
            file.display()
        ),
    })
}

/// Creates the device and enables it; its serial.
fn create(
    user: &mut IamUser,
    new: &NewDevice,
    choice: &MfaChoice,
    cache: &Cache,
    ui: Ui,
) -> Result<String> {
    let line = command("mfa enroll", user.profile());
    if let Some(leftover) = &new.leftover {
        delete_leftover(user, leftover)?;
    }
    let created = user.call(|aws, whose| aws.create_device(whose, &new.name))?;
    let created = created.map_err(|failure| {
        let error = user.error(&failure, &new.serial);
        match failure.progress {
            Progress::Lost => error.and("the device may be there: the next run deletes it"),
            Progress::NotSent | Progress::Refused => error,
        }
    })?;
    let serial = created.serial;
    // From here on, a device is there that has to be enabled or deleted.
    let enabled = two_codes::open("mfa enroll", &line, true)
        .and_then(|person| DeviceHolder::new(person, &serial, cache, ui))
        .map_err(Stopped::GivenUp)
        .and_then(|mut codes| {
            let account = account_of_arn(&user.arn).unwrap_or_default();
            codes.show(&created.seed, &user.name, account, choice.show_seed);
            until_taken(
                user,
                &serial,
                &mut codes,
                |aws, whose, user, two| aws.enable_device(whose, user, &serial, two),
                |user| user.has_by_now(&serial),
            )
        });
    match enabled {
        Ok(()) => Ok(serial),
        Err(Stopped::GivenUp(error)) => {
            let left = take_back(user, &serial);
            Err(error.and(&left))
        }
        Err(Stopped::Ended(ending)) => {
            let left = take_back(user, &serial);
            ui.say(&format!("no device was enabled; {left}"));
            ending.obey();
            // It was ignored in the end.
            Err(Error::new("no device was enabled", left, line))
        }
    }
}

fn delete_leftover(user: &mut IamUser, serial: &str) -> Result<()> {
    match user.call(|aws, whose| aws.delete_device(whose, serial))? {
        Ok(()) => Ok(()),
        // Another run, or an administrator, was quicker.
        Err(failure) if failure.code == "NoSuchEntity" => Ok(()),
        Err(failure) => {
            let other = command("mfa enroll", user.profile());
            let error = user.error(&failure, serial);
            Err(error.and("an interrupted run has left this device").with_remedy(&format!(
                "give the new device another name: {other} --device phone; or let an administrator \
                 delete it: aws iam delete-virtual-mfa-device --serial-number {serial}"
            )))
        }
    }
}

/// Deletes the device that was not enabled, or says what is left.
fn take_back(user: &mut IamUser, serial: &str) -> String {
    let deleted = user.call(|aws, whose| aws.delete_device(whose, serial));
    match deleted {
        Ok(Ok(())) => "the device that was created is deleted again".to_owned(),
        Ok(Err(failure)) if failure.code == "DeleteConflict" => format!(
            "the device {serial} is enabled: the next {} writes it into the profile",
            command("mfa enroll", user.profile())
        ),
        _ => format!(
            "the device {serial} is left, and belongs to no user: the next {} deletes it and begins \
             anew",
            command("mfa enroll", user.profile())
        ),
    }
}

/// Lets the profile name the device, and says what is true now.
fn finish(
    user: &IamUser,
    serial: &str,
    writes: bool,
    cache: &Cache,
    env: &Environment,
    ui: Ui,
) -> Result<()> {
    user.forget_found_device(cache);
    let mut done = format!("{}: the MFA device {serial} is enabled", user.name);
    if let (true, Some(profile)) = (writes, user.profile()) {
        let change = Change {
            profile: profile.to_owned(),
            serial: Some(serial.to_owned()),
        };
        write(&[change], env).map_err(|error| not_written(error, profile, serial))?;
        done.push_str(&format!(", and the profile {profile} names it"));
    }
    print(&format!("{}\n", printable(&done)))?;
    if let Some(nearer) = user.overriding(serial) {
        ui.notice(&format!(
            "runs use another device, {} ({}): remove that, or write {serial} there",
            nearer.value, nearer.origin
        ));
    }
    ui.notice(&format!(
        "sign in with the next code: {}; AWS may need some seconds until STS knows the device",
        command("login", user.profile())
    ));
    Ok(())
}
