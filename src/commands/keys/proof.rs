//! Proof that AWS knows a new key. What IAM was told reaches the rest of AWS a little later (IAM User Guide,
//! "Changes that I make are not always immediately visible").

use crate::commands::keys::waiting::Waiting;
use crate::edge::aws::thread::Aws;
use crate::edge::output::Ui;
use crate::error::{Error, Result};
use crate::model::failure::asked::Asked;
use crate::model::failure::diagnose::diagnose;
use crate::model::failure::{CallFailure, Meaning};
use crate::model::settings::Settings;
use crate::sign_in::ask::progress::tell_slow;

/// How often STS is asked, for a key that AWS may not know yet: seconds before each further try. IAM gives no
/// figure; others have seen ten (99designs/aws-vault#170).
pub(super) const OF_NEW_KEY: &[u64] = &[1, 1, 2, 3, 5, 8, 15, 25];
/// The same for a key that STS has known before.
pub(super) const OF_KNOWN_KEY: &[u64] = &[1, 2];

/// Asks STS whose the key of `settings` is, until STS knows it. False if the secret is not that of the key:
/// the SDK takes an answer of IAM that breaks off for a whole one.
///
/// # Errors
/// STS does not know it after a minute, or it is not that of `arn`. `otherwise` is the remedy where it is
/// not known.
pub(super) fn prove(
    settings: &Settings,
    arn: &str,
    waits: &[u64],
    otherwise: Option<&str>,
    ui: Ui,
) -> Result<bool> {
    let id = settings.key_id();
    let aws = Aws::start(settings, settings.partition_arn())?;
    let mut left = waits.iter();
    let mut waiting = None;
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
        let Some(seconds) = left.next().filter(|_| may_pass(&failure)) else {
            return Err(not_proven(&failure, settings, otherwise));
        };
        let waiting = waiting.get_or_insert_with(|| {
            ui.notice(&format!(
                "waiting until AWS knows {id}; that takes some seconds, a minute at most"
            ));
            Waiting::begin(waits.iter().sum(), ui)
        });
        waiting.pass(*seconds);
    }
}

/// Whether the key may work a little later.
fn may_pass(failure: &CallFailure) -> bool {
    matches!(
        failure.meaning(),
        Meaning::DeadKey | Meaning::Unknown | Meaning::Unreachable | Meaning::Throttled
    )
}

fn not_proven(failure: &CallFailure, settings: &Settings, otherwise: Option<&str>) -> Error {
    let error = diagnose(failure, &Asked::by_key(settings, None));
    match otherwise {
        Some(remedy) if failure.meaning() == Meaning::DeadKey => error.with_remedy(remedy),
        _ => error,
    }
}
