//! `mfaexec mfa`: a user's own MFA devices.

mod enroll;
mod list;
mod remove;
mod resync;
mod until_taken;

use crate::edge::output::Ui;
use crate::error::Result;
use crate::model::environment::Environment;
use crate::options::{MfaAction, MfaChoice};

pub(crate) fn mfa(env: &Environment, choice: &MfaChoice, ui: Ui) -> Result<()> {
    match choice.action()? {
        MfaAction::Enroll => enroll::enroll(env, choice, ui),
        MfaAction::List => list::list(env, choice, ui),
        MfaAction::Resync => resync::resync(env, choice, ui),
        MfaAction::Remove => remove::remove(env, choice, ui),
    }
}
