//! Two codes for a device, again and again until IAM takes them.

use crate::edge::aws::calls::mfa_devices::TwoCodes;
use crate::edge::aws::thread::{Aws, Pending};
use crate::model::failure::Progress;
use crate::model::session::Session;
use crate::sign_in::ask::two_codes::{DeviceHolder, Stopped};
use crate::sign_in::user::iam_user::IamUser;

/// How often IAM may refuse two codes.
const MOST_TRIES: u32 = 5;

/// Asks for codes and sends them by `call`, which is told the user's name. Where the answer is lost,
/// `is_done` finds out whether the call was carried out.
///
/// # Errors
/// No one gave codes, or IAM refused them too often, or refused the call for another reason.
pub(super) fn until_taken(
    user: &mut IamUser,
    serial: &str,
    codes: &mut DeviceHolder<'_>,
    call: impl Fn(&Aws, Option<&Session>, &str, &TwoCodes) -> Pending<()>,
    is_done: impl Fn(&mut IamUser) -> bool,
) -> Result<(), Stopped> {
    let name = user.name.clone();
    for tries in 1.. {
        let two = codes.ask()?;
        let Err(failure) = user.call(|aws, whose| call(aws, whose, &name, &two))? else {
            return Ok(());
        };
        if failure.never_came() {
            codes.not_sent(&two);
        }
        if failure.progress == Progress::Lost && is_done(user) {
            return Ok(());
        }
        if failure.code != "InvalidAuthenticationCode" || tries == MOST_TRIES {
            return Err(user.error(&failure, serial).into());
        }
        codes.refused();
    }
    Ok(())
}
