//! The token that signs a browser in, for a session that is there.

use secrecy::SecretString;

use crate::edge::aws::thread::Aws;
use crate::edge::output::Ui;
use crate::edge::store::room;
use crate::error::Result;
use crate::model::console::Console;
use crate::model::failure::diagnose_console::diagnose_console;
use crate::model::session::Session;
use crate::model::settings::Settings;
use crate::sign_in::ask::progress::tell_slow;

/// Asks the federation endpoint for a token.
///
/// # Errors
/// The call's.
pub(crate) fn signin_token(
    settings: &Settings,
    session: &Session,
    console: &Console,
    ui: Ui,
) -> Result<SecretString> {
    room::check_descriptors()?;
    let aws = Aws::start(settings, settings.partition_arn())?;
    let asked = aws.signin_token(session, console);
    let token = asked.wait(|| tell_slow(ui));
    token.map_err(|failure| diagnose_console(&failure, settings, console))
}
