//! `mfaexec mfa remove`: takes a device from its user, deletes it, and lets no profile name it any more.
//! In this order, so that what an interrupted run has left is found by the next.

use crate::edge::aws::errors::Called;
use crate::edge::output::{Ui, print};
use crate::error::Result;
use crate::escape::printable;
use crate::model::config::Profiles;
use crate::model::environment::Environment;
use crate::model::mfa_device::enroll::command;
use crate::model::mfa_device::remove::{BeforeRemoval, Removal};
use crate::options::MfaChoice;
use crate::sign_in::ask::agreement::{Intention, agree};
use crate::sign_in::cached::open_cache;
use crate::sign_in::user::iam_user::IamUser;
use crate::sign_in::user::profile_device::{Change, check_changeable, file_for, naming, write};

pub(super) fn remove(env: &Environment, choice: &MfaChoice, ui: Ui) -> Result<()> {
    let cache = open_cache(env, None)?;
    let mut user = IamUser::of_key(
        env,
        choice.profile.clone(),
        "mfaexec mfa remove",
        Some(&cache),
        ui,
    )?;
    let unassigned = user.unassigned()?.unwrap_or_default();
    let before = BeforeRemoval {
        user: &user.name,
        given: choice.device.as_deref(),
        devices: user.devices.as_deref(),
        unassigned: &unassigned,
        profile: user.profile(),
        written: user.written.as_ref().map(|written| written.value.as_str()),
    };
    let removal = before.decide()?;
    let changes = changes(&removal, &user.profiles);
    let steps = steps(&user, &removal, &changes, env)?;
    let question = format!("Remove the MFA device {}?", removal.serial);
    let intention = Intention {
        steps: &steps,
        question: &question,
    };
    if removal.is_last && ui.is_quiet() && !choice.change.dry_run {
        ui.say(&steps[0]);
    }
    if !agree(&intention, choice.change, &cache, ui)? {
        return Ok(());
    }
    let Removal { serial, .. } = &removal;
    if removal.deactivate {
        let name = user.name.clone();
        let answer = user.call(|aws, whose| aws.deactivate_device(whose, &name, serial))?;
        gone(&user, serial, answer)?;
    }
    if removal.delete {
        let answer = user.call(|aws, whose| aws.delete_device(whose, serial))?;
        gone(&user, serial, answer)?;
    }
    user.forget_found_device(&cache);
    write(&changes, env)?;
    print(&format!(
        "the MFA device {} is removed\n",
        printable(serial)
    ))
}

/// What is gone already needs not be done.
fn gone(user: &IamUser, serial: &str, answer: Called<()>) -> Result<()> {
    match answer {
        Err(failure) if failure.code != "NoSuchEntity" => {
            let again = "run the same command again: it goes on from here";
            let error = user.error(&failure, serial);
            Err(match failure.code.is_empty() {
                true => error.with_remedy(again),
                false => error,
            })
        }
        _ => Ok(()),
    }
}

fn changes(removal: &Removal, profiles: &Profiles) -> Vec<Change> {
    let names = naming(&removal.serial, profiles);
    let change = |profile| Change {
        profile,
        serial: removal.instead.clone(),
    };
    names.into_iter().map(change).collect()
}

fn steps(
    user: &IamUser,
    removal: &Removal,
    changes: &[Change],
    env: &Environment,
) -> Result<Vec<String>> {
    let Removal { serial, .. } = removal;
    let mut steps = Vec::new();
    if removal.is_last {
        steps.push(format!(
            "warning: it is the only device of the user {} that gives codes: without one, policies \
             that ask for MFA refuse everything; a new one: {}",
            user.name,
            command("mfa enroll", user.profile())
        ));
    }
    if removal.deactivate {
        steps.push(format!(
            "take the MFA device {serial} from the user {}",
            user.name
        ));
    }
    if removal.delete {
        steps.push(format!("delete the virtual MFA device {serial}"));
    }
    for Change {
        profile,
        serial: instead,
    } in changes
    {
        let file = file_for(profile, &user.profiles, env)?;
        check_changeable(&file)?;
        let file = file.display();
        steps.push(match instead {
            Some(instead) => {
                format!("write mfa_serial = {instead} into the profile {profile} ({file})")
            }
            None => format!("take mfa_serial out of the profile {profile} ({file})"),
        });
    }
    Ok(steps)
}
