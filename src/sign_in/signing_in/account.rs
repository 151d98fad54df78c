//! The account of a session, where a guard wants to know it and nothing has told it.

use crate::edge::aws::thread::Aws;
use crate::edge::output::Ui;
use crate::edge::store::room;
use crate::error::Result;
use crate::model::failure::asked::Asked;
use crate::model::failure::diagnose::diagnose;
use crate::model::session::Session;
use crate::model::settings::Settings;
use crate::sign_in::ask::progress::tell_slow;

/// Asks STS whose session it is: twelve digits.
///
/// # Errors
/// The call's. The guard cannot be checked then, so no command may start.
pub(crate) fn ask_account(
    aws: &Aws,
    settings: &Settings,
    session: &Session,
    ui: Ui,
) -> Result<String> {
    let caller = aws.caller_identity(Some(session), None);
    let caller = caller.wait(|| tell_slow(ui));
    let caller = caller.map_err(|failure| diagnose(&failure, &Asked::by_key(settings, None)))?;
    Ok(caller.account)
}

/// A guard wants to know the account, and the session was got when no one did.
pub(crate) fn learn_account(settings: &Settings, session: &mut Session, ui: Ui) -> Result<()> {
    if settings.guards.expected_account.is_some() && session.account.is_none() {
        room::check_descriptors()?;
        let aws = Aws::start(settings, settings.partition_arn())?;
        session.account = Some(ask_account(&aws, settings, session, ui)?);
    }
    Ok(())
}
