//! `mfaexec keys rotate`.

use crate::edge::output::Ui;
use crate::error::{Error, Result};
use crate::model::environment::Environment;
use crate::model::rotation::subject::rotated_key;
use crate::model::settings::exports::without_exports;
use crate::options::{KeysChoice, RotateChoice};
use crate::sign_in::request::read_settings;

pub(super) fn rotate(
    env: &Environment,
    choice: &KeysChoice,
    _wish: RotateChoice<'_>,
    _ui: Ui,
) -> Result<()> {
    let env = without_exports(env);
    let settings = read_settings(&env, &choice.user.sign_in())?;
    let key = rotated_key(&settings)?;
    Err(Error::new(
        "nothing was changed",
        format!("this build cannot rotate {} yet", key.access_key_id),
        "use the AWS CLI: aws iam create-access-key",
    ))
}
