//! Proof that AWS knows a new key. What IAM was told reaches the rest of AWS a little later (IAM User Guide,
//! "Changes that I make are not always immediately visible").

use std::thread::sleep;
use std::time::Duration;

use crate::edge::aws::thread::Aws;
use crate::edge::output::Ui;
use crate::error::{Error, Result};
use crate::escape::shell_line;
use crate::model::failure::asked::Asked;
use crate::model::failure::diagnose::diagnose;
use crate::model::failure::{CallFailure, Meaning};
use crate::model::settings::Settings;
use crate::sign_in::progress::tell_slow;

/// Seconds before each further try. IAM gives no figure; others have seen ten (99designs/aws-vault#170).
const WAITS: [u64; 8] = [1, 1, 2, 3, 5, 8, 15, 25];

/// Asks STS whose the key of `settings` is, until STS knows it. False if the secret is not that of the key:
/// the SDK takes an answer of IAM that breaks off for a whole one.
///
/// # Errors
/// STS does not know it after a minute, or it is not that of `arn`.
pub(super) fn prove(settings: &Settings, arn: &str, ui: Ui) -> Result<bool> {
    let id = settings.key_id();
    let aws = Aws::start(settings, settings.partition_arn())?;
    let mut waits = WAITS.iter();
    loop {
        let failure = match aws.caller_identity(None, None).wait(|| tell_slow(ui)) {
            Ok(identity) if identity.arn == arn => return Ok(true),
            Ok(identity) => {
                return Err(Error::new(
                    format!("the new key {id} is not that of {arn}"),
                    format!("STS says that it belongs to {}", identity.arn),
                    "see in IAM whose it is, and delete it there",
                ));
            }
            Err(failure) if failure.meaning() == Meaning::WrongSecret => return Ok(false),
            Err(failure) => failure,
        };
        let is_first = waits.len() == WAITS.len();
        match waits.next().filter(|_| may_pass(&failure)) {
            Some(seconds) => {
                if is_first {
                    ui.notice(&format!(
                        "waiting until AWS knows {id}: some seconds, a minute at most"
                    ));
                }
                sleep(Duration::from_secs(*seconds));
            }
            None => return Err(not_proven(&failure, settings)),
        }
    }
}

/// Whether the key may work a little later.
fn may_pass(failure: &CallFailure) -> bool {
    matches!(
        failure.meaning(),
        Meaning::DeadKey | Meaning::Unknown | Meaning::Unreachable | Meaning::Throttled
    )
}

fn not_proven(failure: &CallFailure, settings: &Settings) -> Error {
    let error = diagnose(failure, &Asked::by_key(settings, None));
    if failure.meaning() != Meaning::DeadKey {
        return error;
    }
    let profile = &settings.profile.value;
    let line = shell_line(["mfaexec", "keys", "rotate", "-p", profile]);
    let id = settings.key_id();
    error.with_remedy(&format!(
        "wait some minutes and run it again: {line}; or begin anew: {line} --delete {id}"
    ))
}
