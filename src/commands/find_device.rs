//! Which MFA device? Where nobody says, IAM is asked; where IAM may not be asked, a person is.

use crate::edge::answer::Identity;
use crate::edge::prompt::{Answer, Echo, Terminal};
use crate::edge::signals::Wake;
use crate::edge::sts::Aws;
use crate::error::{Error, Result};
use crate::model::devices::{Devices, check_serial, guess_device, sort_devices, user_name};
use crate::model::diagnose::{Asked, diagnose};
use crate::model::failure::Meaning;
use crate::model::settings::{Origin, Settings, Sourced};
use crate::sanitize::printable;
use secrecy::ExposeSecret;

/// Finds the device of the user that the key belongs to, and the user.
pub(super) fn find_device(
    aws: &Aws,
    settings: &Settings,
    person: Option<(&Terminal, &mut Wake)>,
) -> Result<(Sourced<String>, Identity)> {
    let diagnosed = |failure| diagnose(&failure, &Asked::by_key(settings, None));
    let identity = aws.caller_identity(None, None).wait().map_err(diagnosed)?;
    tracing::info!("the key belongs to {}", identity.arn);
    let serial = match aws.mfa_devices(user_name(&identity.arn)) {
        Ok(serials) => choose(sort_devices(serials), settings, person)?,
        Err(failure) if matches!(failure.meaning(), Meaning::Denied | Meaning::DeadKey) => {
            confirm_guess(&identity.arn, settings, person)?
        }
        Err(failure) => return Err(diagnosed(failure)),
    };
    tracing::info!("the MFA device is {serial}");
    let serial = Sourced::new(serial, Origin::Discovered);
    check_serial(&serial)?;
    Ok((serial, identity))
}

fn choose(
    devices: Devices,
    settings: &Settings,
    person: Option<(&Terminal, &mut Wake)>,
) -> Result<String> {
    let profile = &settings.profile.value;
    match devices {
        Devices::One(serial) => Ok(serial),
        Devices::None => Err(Error::new(
            format!("the user of profile {profile} has no MFA device"),
            "IAM lists none",
            "add a virtual one: IAM, Users, Security credentials, Assign MFA device; if nothing \
             asks for MFA, say --without-mfa",
        )),
        Devices::OnlyFido => Err(Error::new(
            format!("the user of profile {profile} has only FIDO keys or passkeys"),
            "STS takes codes, and these devices give none",
            "add a virtual MFA device (an authenticator app) to the user as well",
        )),
        Devices::Several(serials) => match person {
            Some((terminal, wake)) => choose_one(&serials, terminal, wake),
            None => Err(Error::new(
                format!("the user of profile {profile} has several MFA devices"),
                serials.join(", "),
                "choose one with --mfa-serial, or write it into the profile as mfa_serial",
            )),
        },
    }
}

fn choose_one(serials: &[String], terminal: &Terminal, wake: &mut Wake) -> Result<String> {
    terminal.say("mfaexec: the user has several MFA devices:");
    for (number, serial) in (1..).zip(serials) {
        terminal.say(&format!("  {number}) {}", printable(serial)));
    }
    let question = format!("Which one has the code? 1 to {}: ", serials.len());
    let answer = ask(&question, terminal, wake)?;
    let chosen = answer
        .parse::<usize>()
        .ok()
        .and_then(|n| serials.get(n.checked_sub(1)?));
    chosen.cloned().ok_or_else(|| {
        Error::new(
            "no MFA device was chosen",
            format!("the answer was {answer:?}"),
            "write mfa_serial into the profile to be asked no more",
        )
    })
}

/// The last resort: most virtual devices carry their user's name, but far from all do, and a
/// wrong one costs a code. So a person decides.
fn confirm_guess(
    arn: &str,
    settings: &Settings,
    person: Option<(&Terminal, &mut Wake)>,
) -> Result<String> {
    let unknown = |cause: &str| {
        Error::new(
            format!(
                "the MFA device of profile {} is not known",
                settings.profile.value
            ),
            cause,
            "write mfa_serial into the profile, or use --mfa-serial: the device's ARN stands in \
             the console under IAM, Users, Security credentials",
        )
    };
    let Some(guess) = guess_device(arn) else {
        return Err(unknown(
            "IAM may not be asked with this key, and there is nothing to guess",
        ));
    };
    let Some((terminal, wake)) = person else {
        return Err(unknown(
            "IAM may not be asked with this key, and a guess has to be confirmed on a terminal",
        ));
    };
    terminal.say("mfaexec: IAM may not be asked which MFA device you have.");
    let question = format!("Guess: {}. Is that yours? [y/N] ", printable(&guess));
    match ask(&question, terminal, wake)?.to_lowercase().as_str() {
        "y" | "yes" => Ok(guess),
        _ => Err(unknown("the guess was refused")),
    }
}

fn ask(question: &str, terminal: &Terminal, wake: &mut Wake) -> Result<String> {
    let unanswered = |cause: &str| {
        let remedy = "write mfa_serial into the profile, or use --mfa-serial";
        Error::new("the MFA device is not known", cause, remedy)
    };
    match terminal.ask(question, Echo::Shown, wake) {
        Ok(Answer::Line(line)) => Ok(line.expose_secret().trim().to_owned()),
        Ok(Answer::Closed | Answer::Woken) => Err(unanswered("the question was not answered")),
        Err(error) => Err(unanswered(&error.to_string())),
    }
}
