//! Which MFA device? Where no one says, IAM is asked; where IAM may not be asked, a person is.

use secrecy::ExposeSecret;

use crate::edge::aws::thread::Aws;
use crate::edge::aws::validate::Identity;
use crate::edge::output::Ui;
use crate::edge::prompt::reply::Reply;
use crate::edge::prompt::terminal::{Ask, Terminal};
use crate::edge::signals::Wake;
use crate::error::{Error, Result};
use crate::escape::printable;
use crate::model::arn::{guess_device, user_name};
use crate::model::failure::Meaning;
use crate::model::failure::asked::Asked;
use crate::model::failure::diagnose::diagnose;
use crate::model::mfa_device::enroll::command;
use crate::model::mfa_device::serials;
use crate::model::prompt::question::QUESTION_TIME;
use crate::model::settings::Settings;
use crate::model::settings::mfa::{Devices, instead_of_fido, sort_devices};
use crate::sign_in::ask::progress::tell_slow;

/// What AWS says of a user's devices.
pub(crate) enum Lookup {
    /// There is one that gives codes.
    One(String),
    /// There are several: a person has to choose.
    Several(Vec<String>),
    /// IAM may not be asked; a guess, if there is one, which a person has to confirm.
    Guess(Option<String>),
}

/// A person who can be asked.
pub(crate) type Person<'a> = (&'a mut Terminal, &'a mut Wake);

/// Looks for the devices of the user that the key belongs to, and for the user.
pub(crate) fn look_up(aws: &Aws, settings: &Settings, ui: Ui) -> Result<(Identity, Lookup)> {
    let diagnosed = |failure| diagnose(&failure, &Asked::by_key(settings, None));
    let identity = aws
        .caller_identity(None, None)
        .wait(|| tell_slow(ui))
        .map_err(diagnosed)?;
    log::info!("the key belongs to {}", identity.arn);
    let devices = aws.devices_of(user_name(&identity.arn), None);
    let found = match devices.wait(|| tell_slow(ui)) {
        Ok(devices) => usable(sort_devices(serials(devices)), &identity, settings)?,
        Err(failure) if matches!(failure.meaning(), Meaning::Denied | Meaning::DeadKey) => {
            Lookup::Guess(guess_device(&identity.arn))
        }
        Err(failure) => return Err(diagnosed(failure)),
    };
    Ok((identity, found))
}

fn usable(devices: Devices, identity: &Identity, settings: &Settings) -> Result<Lookup> {
    let profile = &settings.profile.value;
    match devices {
        Devices::One(serial) => Ok(Lookup::One(serial)),
        Devices::Several(serials) => Ok(Lookup::Several(serials)),
        Devices::None => Err(Error::new(
            format!("the user of profile {profile} has no MFA device"),
            "IAM lists none",
            format!(
                "add one: {}; if nothing asks for MFA, say --without-mfa",
                command("mfa enroll", settings.chain.last().map(String::as_str))
            ),
        )),
        Devices::OnlyFido => Err(Error::new(
            format!("the user of profile {profile} has only FIDO keys or passkeys"),
            "STS takes codes, and these devices give none",
            instead_of_fido(&identity.arn, settings.chain.last().unwrap_or(profile)),
        )),
    }
}

/// Has a person choose one of several devices, until one is chosen or no one answers.
pub(crate) fn choose(serials: &[String], profile: &str, person: Option<Person>) -> Result<String> {
    let Some((terminal, wake)) = person else {
        return Err(Error::new(
            format!("the user of profile {profile} has several MFA devices"),
            serials.join(", "),
            "choose one with --mfa-serial, or write it into the profile as mfa_serial",
        ));
    };
    terminal.say("mfaexec: the user has several MFA devices:");
    for (number, serial) in (1..).zip(serials) {
        terminal.say(&format!("  {number}) {}", printable(serial)));
    }
    let question = format!("Which one has the code? 1 to {}: ", serials.len());
    ask(&question, (terminal, wake), |answer| {
        let number = answer.parse::<usize>().ok()?;
        serials.get(number.checked_sub(1)?).cloned()
    })
}

/// The last resort: most virtual devices carry their user's name, but far from all do, and a
/// wrong one costs a code. So a person decides.
pub(crate) fn confirm_guess(
    guess: Option<String>,
    profile: &str,
    person: Option<Person>,
) -> Result<String> {
    let unknown = |cause: &str| {
        Error::new(
            format!("the MFA device of profile {profile} is not known"),
            cause,
            "write mfa_serial into the profile, or use --mfa-serial: the console shows its ARN under IAM, Users, Security credentials",
        )
    };
    let Some(guess) = guess else {
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
    let yes = ask(&question, (terminal, wake), |answer| {
        match answer.to_lowercase().as_str() {
            "y" | "yes" => Some(true),
            "" | "n" | "no" => Some(false),
            _ => None,
        }
    })?;
    yes.then_some(guess)
        .ok_or_else(|| unknown("the guess was refused"))
}

/// Asks until the answer can be read, or no one answers.
fn ask<T>(question: &str, (terminal, wake): Person, read: impl Fn(&str) -> Option<T>) -> Result<T> {
    let unanswered = |cause: &str| {
        let remedy = "write mfa_serial into the profile, or use --mfa-serial";
        Error::new("the MFA device is not known", cause, remedy)
    };
    let until = Ask::openly(question).until;
    loop {
        let ask = Ask::openly(question);
        match terminal.ask(Ask { until, ..ask }, wake) {
            Ok(Reply::Line(line)) => {
                if let Some(answer) = read(line.expose_secret().trim()) {
                    return Ok(answer);
                }
            }
            Ok(Reply::Cancelled | Reply::Interrupted) => {
                return Err(unanswered("the question was not answered"));
            }
            Ok(Reply::TimedOut) => {
                let minutes = QUESTION_TIME.as_secs() / 60;
                let cause = format!("no one answered the question for {minutes} minutes");
                return Err(unanswered(&cause));
            }
            Err(cause) => return Err(unanswered(&cause)),
        }
    }
}
